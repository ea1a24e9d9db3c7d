"""Pages of what is held and of the keys: for the officer, complete, without a value or a secret."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core.keys import destroy, generate, label, ring, subject_key
from onvif_privacy.core.models import LabelKey, Subject, SubjectKey
from onvif_privacy.core.overview import Grade, declared, held_keys
from onvif_privacy.core.registry import Exempt, Field, File, PersonalData, blank, delete
from onvif_privacy.core.roles import make_groups
from onvif_privacy.core.testing import temporarily
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Parcel
from tests.core.orders import order
from tests.store import declarations as store

pytestmark = pytest.mark.django_db

DECLARED = "/admin/onvif_privacy/declarations/"
KEYS = "/admin/onvif_privacy/keystatus/"


@pytest.fixture
def officer(client: Client) -> Client:
    """A member of the ready-made group, and nothing more."""
    make_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(*person.groups.model.objects.filter(name="Privacy officer"))
    client.force_login(person)
    return client


@pytest.mark.parametrize("page", [DECLARED, KEYS])
def test_the_officer_sees_the_page_and_others_do_not(officer: Client, page: str) -> None:
    assert officer.get(page).status_code == 200
    assert page in officer.get("/admin/onvif_privacy/").content.decode()
    other = Client()
    other.force_login(UserFactory(is_staff=True))
    assert other.get(page).status_code == 403
    assert Client().get(page).status_code == 302
    for method in ("post", "put", "delete"):
        assert getattr(officer, method)(page).status_code in (200, 405)
    assert officer.get(f"{page}{uuid.uuid4()}/change/").status_code == 404


@pytest.mark.parametrize("page", [DECLARED, KEYS])
def test_no_ordinary_right_of_the_same_tables_opens_the_page(page: str) -> None:
    person = UserFactory(is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_subject", "view_subjectkey"]))
    client = Client()
    client.force_login(person)
    assert client.get(page).status_code == 403


def fields(label: str) -> dict[str, Any]:
    return {one.name: one for model in declared().models if model.label == label for one in model.fields}


def test_each_field_says_what_for_how_long_and_how_well_it_is_kept() -> None:
    found = fields("hostapp.Order")
    assert (found["email"].grade, found["phone"].grade) == (Grade.SEALED, Grade.WATCHED)
    assert [(use.label, use.term) for use in found["email"].uses][1] == ("Offers", "while the person agrees")
    assert found["invoice"].uses[0].term == "3650 days after born"
    assert found["invoice"].end == "kept for “accounts”, then emptied"
    with temporarily(*store.ALL):
        sale = fields("store.Order")
    assert sale["voucher"].end == "replaced by a random value"
    assert sale["invoice"].grade is Grade.WATCHED
    assert "meta.*" in sale


def test_an_unwatched_field_says_why_and_is_never_counted_as_more() -> None:
    admitted = PersonalData(
        "store.Line", {}, {"engraving_text": Field("content", erase=blank(), watch=False, because="printed at once")}
    )
    before = dict(declared().grades)
    with temporarily(admitted):
        field = fields("store.Line")["engraving_text"]
        after = dict(declared().grades)
    assert (field.grade, field.why_unwatched) == (Grade.UNWATCHED, "printed at once")
    assert after == before | {Grade.UNWATCHED: before[Grade.UNWATCHED] + 1}


def test_many_to_many_links_are_not_called_watched() -> None:
    with temporarily(
        PersonalData("auth.Group", {}, {"permissions": Field("profile")}), without=((Exempt, "auth.group"),)
    ):
        assert fields("auth.Group")["permissions"].grade is Grade.UNWATCHED


def test_what_nobody_declared_stands_on_the_page(officer: Client) -> None:
    page = officer.get(DECLARED).content.decode()
    assert "store.Order" in page
    assert "Not declared" in page
    with temporarily(*store.ALL):
        assert "store.Order" not in declared().missing


def test_a_wrong_declaration_does_not_take_the_page_away(officer: Client) -> None:
    wrong = [
        PersonalData("store.Gone", {}, {}),
        PersonalData(
            "store.Line",
            {"x": lambda rows, subject: rows},
            {"colour": File("wrong", purposes=("none",), erase=delete())},
        ),
    ]
    with temporarily(*wrong):
        page = officer.get(DECLARED)
    assert page.status_code == 200
    assert "found by a function" in page.content.decode()


@pytest.mark.parametrize(("page", "queries"), [(DECLARED, 5), (KEYS, 30)])
def test_the_number_of_queries_does_not_grow_with_rows(
    officer: Client, page: str, queries: int, django_assert_max_num_queries: Any
) -> None:
    counts = []
    order()
    Parcel.objects.create(note="x")
    for _round in range(2):
        with django_assert_max_num_queries(queries) as asked:
            officer.get(page)
        counts.append(len(asked))
        for _number in range(3):
            order()
            Parcel.objects.create(note="x")
    assert counts[0] == counts[1]


def test_declarations_ask_the_database_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        declared()


# Keys


def test_the_state_of_each_key_is_shown_and_no_secret(officer: Client, settings: Any) -> None:
    person = Subject.objects.create()
    subject_key(person.pk, "data")
    destroy(person.pk, "data")
    order()
    Parcel.objects.create(note="left at the door")
    label("index")
    old = settings.ONVIF_PRIVACY_KEYS
    new = [generate("data") | {"made": timezone.localdate().isoformat()}, generate("sign")]
    settings.ONVIF_PRIVACY_KEYS = [*new, *old]
    state = held_keys()
    assert [line.state for line in state.ring] == ["active", "active", "older", "older"]
    assert [line.days for line in state.ring] == [0, None, None, None]
    assert state.left >= 3
    assert {one.use: (one.living, one.destroyed) for one in state.people}["data"] == (1, 1)
    assert [one.label for one in state.labels] == ["index"]
    page = officer.get(KEYS).content.decode()
    assert all(entry["id"] in page for entry in [*new, *old])
    assert not any(entry["secret"][:10] in page for entry in [*new, *old])
    wrapped = SubjectKey.objects.exclude(wrapped=None).first()
    assert wrapped is not None
    assert wrapped.wrapped is not None
    assert bytes(wrapped.wrapped).hex() not in page
    assert LabelKey.objects.count() == 1


def test_a_key_that_the_ring_lost_is_an_alarm(officer: Client, settings: Any) -> None:
    order()
    settings.ONVIF_PRIVACY_KEYS = [generate("data"), generate("sign")]
    assert "missing" in {line.state for line in held_keys().ring}
    assert "the ring does not hold it" in officer.get(KEYS).content.decode()


def test_a_broken_ring_is_said_on_the_page(officer: Client, settings: Any) -> None:
    settings.ONVIF_PRIVACY_KEYS = []
    assert "privacy_keys init" in officer.get(KEYS).content.decode()


def test_an_old_key_and_one_used_too_often_are_alarms(officer: Client, settings: Any, monkeypatch: Any) -> None:
    keys_before = [dict(one) for one in settings.ONVIF_PRIVACY_KEYS]
    keys_before[0]["made"] = date(2020, 1, 1).isoformat()
    settings.ONVIF_PRIVACY_KEYS = keys_before
    assert "days old" in officer.get(KEYS).content.decode()
    active = ring().active("data").id
    monkeypatch.setattr("onvif_privacy.core.overview.keys.named", lambda: {active: 2**31})
    assert "more than 2³¹ values" in officer.get(KEYS).content.decode()
    assert held_keys().ring[0].is_over_used


@pytest.mark.parametrize("page", [DECLARED, KEYS])
def test_the_page_speaks_german(officer: Client, page: str) -> None:
    with override("de"):
        words = officer.get(page, headers={"accept-language": "de"}).content.decode()
    assert ("Zweck" in words) if page == DECLARED else ("Schlüssel" in words)
