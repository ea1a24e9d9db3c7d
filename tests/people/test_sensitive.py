"""Nothing sensitive is stored or read without a live, explicit decision for exactly that use, whoever tries."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.db import DatabaseError, connection, transaction
from django.test import Client

from onvif_privacy.core import consent, gate, subjects
from onvif_privacy.core.consent import Method
from onvif_privacy.core.fields import PurposeRequired
from onvif_privacy.core.models import Decision, Notice, Subject
from onvif_privacy.core.registry import Field, PersonalData, blank, temporarily
from onvif_privacy.core.testing import guards
from onvif_privacy.core.testing.factories import DecisionFactory, NoticeFactory, SubjectFactory
from onvif_privacy.people import checks, services
from onvif_privacy.people.doors import special
from onvif_privacy.people.models import SensitiveValue
from onvif_privacy.people.services import sensitive
from onvif_privacy.people.services.errors import PeopleError

MEALS, PRAYER, HEALTH = "special_religion_meals", "special_religion_prayer", "special_health_meals"


@pytest.fixture(autouse=True)
def _uses() -> Iterator[None]:
    with temporarily(
        special("religion", "meals", label="Meals", text="to serve you meals that you may eat"),
        special("religion", "prayer", label="Prayer", text="to show you to a room of silence"),
        special("health", "meals", label="Allergies", text="to serve you meals that do you no harm"),
    ):
        yield


def a_notice() -> Notice:
    return NoticeFactory(surface="people")


def given(subject: Subject, purpose: str = MEALS, value: str = "canary") -> SensitiveValue:
    return services.set_sensitive(subject=subject, purpose=purpose, value=value, notice=a_notice())


# P7: every way to write × every state in which it must be refused


def _row(subject: Subject, decision: Decision | None, purpose: str, category: str) -> SensitiveValue:
    return SensitiveValue(subject=subject, category=category, purpose=purpose, value="canary", decision=decision)


def by_save(row: SensitiveValue, other: SensitiveValue) -> None:
    row.save(force_insert=True)


def by_bulk_create(row: SensitiveValue, other: SensitiveValue) -> None:
    SensitiveValue.objects.bulk_create([row])


def by_import(row: SensitiveValue, other: SensitiveValue) -> None:
    row.value = None
    written = serializers.serialize("json", [row]).replace('"value": null', '"value": ""')
    for one in serializers.deserialize("json", written):
        one.object.__dict__["value"] = b""
        one.save(force_insert=True)


def by_sql(row: SensitiveValue, other: SensitiveValue) -> None:
    fields = [one for one in SensitiveValue._meta.concrete_fields if one.name != "value"]
    columns = ", ".join([*(str(one.column) for one in fields), "value"])
    row.added_on = other.added_on
    values = [one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields]
    marks = ", ".join(["%s"] * (len(fields) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SensitiveValue._meta.db_table} ({columns}) VALUES ({marks})", [*values, b"\1canary"]
        )


def by_update(row: SensitiveValue, other: SensitiveValue) -> None:
    changes = {"purpose": row.purpose, "category": row.category, "decision": row.decision, "subject": row.subject}
    SensitiveValue.objects.filter(pk=other.pk).update(**changes)


def by_bulk_update(row: SensitiveValue, other: SensitiveValue) -> None:
    other.purpose, other.category = row.purpose, row.category
    other.decision = row.decision
    SensitiveValue.objects.bulk_update([other], ["purpose", "category", "decision"])


def by_sql_update(row: SensitiveValue, other: SensitiveValue) -> None:
    key = SensitiveValue._meta.pk
    values = [row.purpose, row.category, key.get_db_prep_save(row.decision_id, connection)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {SensitiveValue._meta.db_table} SET purpose = %s, category = %s, decision_id = %s WHERE id = %s",
            [*values, key.get_db_prep_save(other.pk, connection)],
        )


WAYS = [by_save, by_bulk_create, by_import, by_sql, by_update, by_bulk_update, by_sql_update]


def never(subject: Subject) -> SensitiveValue:
    foreign = DecisionFactory(subject=SubjectFactory(), purpose=MEALS)
    return _row(subject, foreign, MEALS, "religion")


def withdrawn(subject: Subject) -> SensitiveValue:
    decision = DecisionFactory(subject=subject, purpose=MEALS)
    consent.withdraw(subject=subject, purpose=MEALS, method=Method.FORM, key=uuid.uuid4().hex)
    return _row(subject, decision, MEALS, "religion")


def granted_again(subject: Subject) -> SensitiveValue:
    decision = withdrawn(subject).decision
    DecisionFactory(subject=subject, purpose=MEALS)
    return _row(subject, decision, MEALS, "religion")


def other_category(subject: Subject) -> SensitiveValue:
    return _row(subject, DecisionFactory(subject=subject, purpose=HEALTH), HEALTH, "religion")


def other_use(subject: Subject) -> SensitiveValue:
    return _row(subject, DecisionFactory(subject=subject, purpose=PRAYER), MEALS, "religion")


def ordinary_purpose(subject: Subject) -> SensitiveValue:
    return _row(subject, DecisionFactory(subject=subject, purpose="offers"), "offers", "religion")


def restricted(subject: Subject) -> SensitiveValue:
    decision = DecisionFactory(subject=subject, purpose=MEALS)
    subjects.restrict(subject)
    return _row(subject, decision, MEALS, "religion")


STATES = [never, withdrawn, granted_again, other_category, other_use, ordinary_purpose, restricted]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_stored_without_a_live_decision_for_exactly_this_use() -> None:
    with guards():
        for way, state in itertools.product(WAYS, STATES):
            subject = SubjectFactory()
            row = state(subject)
            other = given(SubjectFactory(), PRAYER)
            with pytest.raises(DatabaseError), transaction.atomic():
                way(row, other)
            assert not SensitiveValue.objects.filter(subject=subject).exists(), (way, state)
            other.refresh_from_db()
            assert (other.purpose, other.category) == (PRAYER, "religion"), (way, state)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [by_save, by_bulk_create, by_sql])
def test_with_a_live_decision_it_is_stored(way: Callable[..., None]) -> None:
    with guards():
        subject, other = SubjectFactory(), given(SubjectFactory())
        way(_row(subject, DecisionFactory(subject=subject, purpose=MEALS), MEALS, "religion"), other)
        assert SensitiveValue.objects.filter(subject=subject).count() == 1


@pytest.mark.django_db(transaction=True)
def test_service_and_form_keep_replace_and_delete_with_the_guards_on() -> None:
    with guards():
        subject = SubjectFactory()
        given(subject)
        given(subject, value="another")
        assert sensitive.own_values(subject) == {MEALS: "another"}
        services.withdraw_sensitive(subject=subject, purpose=MEALS)
        assert not SensitiveValue.objects.exists()


# P8: reading


def read(purpose: str, subject: Subject) -> list[str]:
    with gate.scope(purpose) as scope:
        return [value for _person, value in services.read_sensitive(scope=scope, subjects=[subject])]


@pytest.mark.django_db
def test_consent_for_one_use_opens_no_other() -> None:
    subject = SubjectFactory()
    row = given(subject)
    DecisionFactory(subject=subject, purpose=PRAYER)
    DecisionFactory(subject=subject, purpose=HEALTH)
    assert read(MEALS, subject) == ["canary"]
    row.refresh_from_db()
    for purpose in (PRAYER, HEALTH, "operation", "fulfilment", "legal_duty", "housekeeping"):
        assert read(purpose, subject) == []
        with gate.scope(purpose) as scope:
            with pytest.raises(PurposeRequired):
                str(row.value)
            assert list(scope.read(SensitiveValue.objects.all(), ["value"])) == []
    with gate.scope(MEALS):
        assert row.value == "canary"


@pytest.mark.django_db
def test_withdrawal_ends_reading_at_once_and_deletes(django_capture_on_commit_callbacks: Any) -> None:
    subject = SubjectFactory()
    row = given(subject)
    row.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=False):  # the signal is lost: a process that died
        consent.withdraw(subject=subject, purpose=MEALS, method=Method.FORM, key=uuid.uuid4().hex)
    assert read(MEALS, subject) == []
    with gate.scope(MEALS), pytest.raises(PurposeRequired):
        str(row.value)
    assert sensitive.own_values(subject) == {}
    assert SensitiveValue.objects.exists()
    assert sensitive.end_withdrawn(10) is False  # what the job does within the half hour
    assert not SensitiveValue.objects.exists()


@pytest.mark.django_db
def test_withdrawal_elsewhere_deletes_on_commit(django_capture_on_commit_callbacks: Any) -> None:
    subject = SubjectFactory()
    given(subject)
    given(subject, PRAYER)
    with django_capture_on_commit_callbacks(execute=True):
        consent.withdraw(subject=subject, purpose=MEALS, method=Method.FORM, key=uuid.uuid4().hex)
    assert list(SensitiveValue.objects.values_list("purpose", flat=True)) == [PRAYER]


@pytest.mark.django_db
def test_renewed_purpose_is_not_read_until_it_is_asked_again() -> None:
    subject = SubjectFactory()
    given(subject)
    consent.renew(MEALS, reference="v2")
    assert read(MEALS, subject) == []
    sensitive.end_withdrawn(10)
    assert not SensitiveValue.objects.exists()


@pytest.mark.django_db
def test_value_of_a_visitor_does_not_go_to_the_account() -> None:
    visitor, account = SubjectFactory(), SubjectFactory()
    given(visitor)
    subjects.merge(visitor=visitor, into=account, key="sign-in")
    assert sensitive.own_values(account) == {}
    sensitive.end_withdrawn(10)
    assert not SensitiveValue.objects.exists()


@pytest.mark.django_db
def test_lengths_tell_nothing() -> None:
    lengths = {
        len(given(SubjectFactory(), value="x" * size).__dict__["value"].envelope)
        for size in (1, 20, 100, sensitive.LENGTH)
    }
    assert len(lengths) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", " ", "x" * 241, "\0", "4111 1111 1111 1111"])
def test_values_that_do_not_fit_are_refused(value: str, person: Subject) -> None:
    form = services_form({"value": value, "agree": "on"})
    assert not form.is_valid()


def services_form(data: dict[str, str]) -> Any:
    from onvif_privacy.people.forms import SensitiveForm

    return SensitiveForm(data, purpose=MEALS)


# Pages


@pytest.mark.django_db
def test_box_is_unticked_and_needed_and_its_words_are_the_notice(signed_in: Client, user: User) -> None:
    page = signed_in.get(f"/privacy/people/special/{MEALS}/").content.decode()
    assert "checked" not in page
    assert signed_in.post(f"/privacy/people/special/{MEALS}/", {"value": "halal"}).status_code == 200
    assert not SensitiveValue.objects.exists()
    assert signed_in.post(f"/privacy/people/special/{MEALS}/", {"value": "halal", "agree": "on"}).status_code == 303
    decision = Decision.objects.get(purpose=MEALS)
    assert "to serve you meals that you may eat" in decision.notice.text  # type: ignore[union-attr]
    assert "halal" in signed_in.get("/privacy/people/special/").content.decode()
    assert "halal" in signed_in.get("/privacy/people/").content.decode()
    assert signed_in.post(f"/privacy/people/special/{MEALS}/withdraw/").status_code == 303
    assert not SensitiveValue.objects.exists()
    assert "halal" not in signed_in.get("/privacy/people/").content.decode()


@pytest.mark.django_db
def test_only_declared_uses_have_a_page(signed_in: Client) -> None:
    for slug in ("special_race_anything", "operation", "offers"):
        assert signed_in.get(f"/privacy/people/special/{slug}/").status_code == 404
    with pytest.raises(PeopleError):
        sensitive.category_of("offers")


@pytest.mark.django_db
def test_sites_that_ask_nothing_sensitive_have_no_page(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onvif_privacy.people.views.special.uses", tuple)
    assert signed_in.get("/privacy/people/special/").status_code == 404


# Check E002


def test_e002_names_plain_columns_of_special_categories() -> None:
    assert checks.sensitive_data_is_sealed(None) == []
    planted = PersonalData(
        model="store.Order",
        subjects={"customer": "user"},
        fields={"name": Field("special:religion", purposes=("operation",), erase=blank())},
    )
    with temporarily(planted):
        (found,) = checks.sensitive_data_is_sealed(None)
    assert (found.id, "store.Order.name" in found.msg) == ("onvif_privacy_people.E002", True)
