"""Silence ends, people are told, copies are destroyed, links die: by their date and without anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from onvif_privacy.core import holds as core_holds
from onvif_privacy.core import keys, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.disclosures.legal.services import blocks, holds, notices
from onvif_privacy.disclosures.models import (
    Authority,
    Block,
    Case,
    DisclosureRecord,
    Gag,
    Hold,
    Notice,
    Package,
    Snapshot,
)
from onvif_privacy.disclosures.services import compiler, fetching, fields, files, handovers, scopes
from onvif_privacy.disclosures.services.errors import Refused
from tests.core.factories import UserFactory
from tests.disclosures.factories import RECENT, House, age_key, member
from tests.disclosures.test_rules import refused, sql

TODAY = timezone.now().date


def ada() -> Subject:
    return subjects.for_user(UserFactory(username="ada", email="ada@example.org", last_name="Lovelace"))


def later(days: int) -> Any:
    return TODAY() + timedelta(days=days)


def silent(house: House, days: int = 30) -> tuple[Case, Gag]:
    """A case whose person is told when an order of silence ends."""
    case = house.verified()
    order = house.document(case, kind="gag", words=b"Be silent.")
    gag = notices.silence(case=case, actor=house.worker, document=order, since=TODAY(), until=later(days))
    return house.approved([ada()], case=case, notice_mode="after_gag", review_by=None), gag


# 15: no silence without a document and an end


def test_silence_needs_its_document_and_an_end_by_service_and_by_database(house: House) -> None:
    case = house.verified()
    order, other = house.document(case, kind="gag"), house.document(case, kind="process", words=b"x")
    wrong: list[dict[str, Any]] = [
        {"document": other, "until": later(30)},
        {"document": order},
        {"document": order, "review_by": later(91)},
        {"document": order, "until": later(30), "review_by": later(30)},
        {"document": order, "until": later(-1)},
    ]
    for one in wrong:
        with pytest.raises(Refused):
            notices.silence(case=case, actor=house.worker, since=TODAY(), **one)
        assert refused(Gag(case=case, since=TODAY(), **one).save), one
    assert notices.silence(case=case, actor=house.worker, document=order, since=TODAY(), review_by=later(90))


def test_going_on_with_silence_needs_a_yes_of_the_other_side(house: House) -> None:
    case, gag = silent(house)
    again = house.document(case, kind="gag", words=b"Still.")
    with pytest.raises(Refused, match="yes of the other side"):
        notices.silence(case=case, actor=house.worker, document=again, since=later(30), until=later(90), extends=gag)
    assert refused(Gag(case=case, document=again, since=later(30), until=later(90), extends=gag).save)


def test_no_day_of_a_person_moves_later_without_a_new_order(house: House) -> None:
    case, gag = silent(house)
    rows = Notice.objects.filter(case=case)
    table = "onvif_privacy_disclosures_notice"
    ways: list[Callable[[], Any]] = [
        lambda: rows.update(earliest_on=later(400)),
        lambda: rows.update(earliest_on=None, review_by=later(400)),
        sql(f"UPDATE {table} SET earliest_on = %s", later(400)),
        lambda: rows.update(state="not_needed"),
        sql(f"DELETE FROM {table}"),
    ]
    assert [place for place, way in enumerate(ways) if not refused(way)] == []
    order = house.document(case, kind="gag", words=b"Longer.")
    notices.silence(case=case, actor=house.worker, document=order, since=TODAY(), until=later(60))
    assert rows.get().earliest_on == later(60)
    assert gag.until == later(30)


# 14: told on the day, once


def test_a_notice_leaves_in_the_first_run_after_its_day_and_only_once(house: House) -> None:
    case, gag = silent(house)
    run_due(names=("disclosures.notices",))
    assert Notice.objects.get(case=case).state == "waiting"
    notices.lift(gag=gag, actor=house.worker)
    for _run in range(3):
        run_due(names=("disclosures.notices",))
    assert Notice.objects.get(case=case).state == "sent"
    assert Telling.objects.count() == 1


def test_days_that_were_missed_are_caught_up(house: House) -> None:
    case = house.approved([ada()])
    Notice.objects.filter(case=case).update(earliest_on=later(-3))
    run_due(names=("disclosures.notices",))
    assert Notice.objects.get(case=case).state == "sent"


def test_an_erased_person_is_told_at_an_address_that_nobody_else_can_find(house: House) -> None:
    person = ada()
    case = house.approved([person])
    notices.keep_contacts(person)
    assert person.user is not None
    type(person.user).objects.filter(pk=person.user.pk).update(email="")
    Subject.objects.filter(pk=person.pk).update(user=None, erased_at=timezone.now())
    Notice.objects.filter(case=case).update(earliest_on=TODAY())
    run_due(names=("disclosures.notices",))
    assert [one.to for one in mail.outbox] == [["ada@example.org"]]
    assert Notice.objects.get(case=case).contact is None
    run_due(names=("disclosures.notices",))
    assert len(mail.outbox) == 1


def test_one_person_alone_does_not_decide_that_nobody_is_told(house: House) -> None:
    case = house.approved([ada()])
    notice = Notice.objects.get(case=case)
    assert not notices.not_needed(notice=notice, actor=house.approver, strength=RECENT, reason="A test account.")
    assert Notice.objects.get(case=case).state == "waiting"
    assert notices.not_needed(notice=notice, actor=house.officer, strength=RECENT, reason="A test account.")
    assert Notice.objects.get(case=case).state == "not_needed"


def test_a_notice_before_opens_a_window_that_ends_by_itself(house: House) -> None:
    case = house.approved([ada()], notice_mode="before", review_by=None)
    block = Block.objects.get(case=case)
    assert block.kind == "notice_window"
    with pytest.raises(Refused, match="stopped"):
        house.sealed(case)
    Block.objects.filter(pk=block.pk).update(until=timezone.now() - timedelta(minutes=1))
    run_due(names=("disclosures.notices",))
    assert Block.objects.get(pk=block.pk).closed_at
    assert Notice.objects.get(case=case).state == "sent"


# 17: holds


def choice(key: str) -> fields.Choice:
    return next(one for one in fields.choices() if one.key == key)


def test_a_hold_keeps_the_named_fields_and_ends_without_anybody(house: House) -> None:
    person, case = ada(), house.verified()
    named = [scopes.Person("ada", person)]
    hold = holds.preserve(case=case, actor=house.worker, people=named, choices=[choice("auth.user|email|contact")])
    assert core_holds.waits(person, "auth.User", ["email"])
    assert not core_holds.waits(person, "auth.User", ["last_name"])
    run_due(names=("disclosures.holds",))
    assert not core_holds.covering(person, "auth.User", ["email"])
    assert person.user is not None
    type(person.user).objects.filter(pk=person.user.pk).update(email="", last_name="")
    copy = Snapshot.objects.get(hold=hold)
    (row,) = compiler.read(files.read(copy.storage_name, kind="snapshot", owner=copy.pk))
    assert row["fields"] == {"email": "ada@example.org"}
    assert refused(lambda: Hold.objects.filter(pk=hold.pk).update(until=timezone.now() + timedelta(days=900)))
    Hold.objects.filter(pk=hold.pk).update(until=timezone.now())
    run_due(names=("disclosures.holds",))
    assert Hold.objects.get(pk=hold.pk).ended_at
    assert not files.storage().exists(copy.storage_name)
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(copy.pk, "record")


def test_a_renewal_beyond_the_regime_needs_two_people_and_an_officer(house: House) -> None:
    person, case = ada(), house.verified()
    named = [scopes.Person("ada", person)]
    hold = holds.preserve(case=case, actor=house.worker, people=named, choices=[choice("auth.user|email|contact")])
    assert holds.renew(hold=hold, actor=house.worker)
    assert not holds.renew(hold=hold, actor=house.approver, strength=RECENT)
    assert Hold.objects.get(pk=hold.pk).renewals == 1
    assert holds.renew(hold=hold, actor=house.officer, strength=RECENT)
    assert Hold.objects.get(pk=hold.pk).renewals == 2


# 7 and 18: stopping and taking back


def test_a_suspicion_of_fraud_ends_what_is_running_and_one_person_can_raise_it(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    handed = house.handed_over(house.approved([ada()]))
    reference = handed.hand_over.reference
    running = fetching.fetch(reference=reference, code=handed.code, part="package").parts
    assert blocks.flag_fraud(authority=house.authority, actor=member()) == 1
    assert b"".join(running) == b""
    with pytest.raises(Refused):
        fetching.fetch(reference=reference, code=handed.code, part="package")
    assert Authority.objects.get(pk=house.authority.pk).status == "suspended"
    block = Block.objects.get(case=handed.hand_over.case, kind="fraud")
    assert refused(lambda: Block.objects.filter(pk=block.pk).update(closed_at=timezone.now()))
    with pytest.raises(Refused, match="new strong check"):
        blocks.clear_fraud(block=block, actor=house.approver, strength=RECENT, reason="no")


def test_a_recall_takes_two_and_then_nothing_opens_any_more(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    handed = house.handed_over(house.approved([ada()]))
    case, made = handed.hand_over.case, handed.hand_over
    assert not handovers.recall(case=case, hand_over=made, actor=house.approver, strength=RECENT, reason="wrong")
    assert fetching.find(made.reference)
    assert handovers.recall(case=case, hand_over=made, actor=house.officer, strength=RECENT, reason="wrong")
    assert fetching.find(made.reference) is None
    package = Package.objects.get(case=case)
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(package.pk, "record")
    assert Case.objects.get(pk=case.pk).state == "approved"
    assert refused(sql("UPDATE onvif_privacy_disclosures_handover SET recalled_at = NULL"))


def test_five_wrong_codes_close_a_link(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    handed = house.handed_over(house.approved([ada()]))
    for _try in range(5):
        with pytest.raises(Refused):
            fetching.fetch(reference=handed.hand_over.reference, code="aaaaaaaaaaaa", part="package")
    with pytest.raises(Refused):
        fetching.fetch(reference=handed.hand_over.reference, code=handed.code, part="package")


def test_our_copy_is_kept_longer_by_two_people_only(house: House) -> None:
    from onvif_privacy.disclosures.services import purging

    house.key, _secret = age_key(house.authority)
    handed = house.handed_over(house.approved([ada()]))
    package = Package.objects.get(case=handed.hand_over.case)
    day = package.purge_on
    assert day is not None
    assert refused(lambda: Package.objects.filter(pk=package.pk).update(purge_on=day + timedelta(days=1)))
    assert not purging.postpone(package=package, actor=house.approver, strength=RECENT, days=30)
    assert purging.postpone(package=package, actor=house.officer, strength=RECENT, days=30)
    assert Package.objects.get(pk=package.pk).purge_on == day + timedelta(days=30)


def test_a_line_of_a_silenced_case_does_not_exist_for_its_person(house: House) -> None:
    from onvif_privacy.core.personal import rows_of
    from onvif_privacy.core.registry import personal_data

    house.key, _secret = age_key(house.authority)
    case, gag = silent(house)
    house.handed_over(case)
    line = DisclosureRecord.objects.get()
    assert line.subject is not None
    declaration = personal_data.get("onvif_privacy_disclosures.disclosurerecord")
    assert not rows_of(declaration, line.subject).exists()
    notices.lift(gag=gag, actor=house.worker)
    run_due(names=("disclosures.notices",))
    assert rows_of(declaration, line.subject).get() == line
