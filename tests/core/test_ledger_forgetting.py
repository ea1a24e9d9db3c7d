"""The end of evidence: what is gone is explained, what still counts stays, and the ledger verifies (C19)."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from onvif_privacy.core import consent, keys, ledger, testing
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.ledger.forgetting import unexplained
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Outcome, Release, Standing, Subject, SubjectKey
from onvif_privacy.core.registry import Count, EntryKind
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory

pytestmark = pytest.mark.django_db

FOUR_YEARS = timedelta(days=1461)
OWN_TERM = EntryKind("test.short", {"number": Count}, days=10)
KEPT = EntryKind("test.kept", {"number": Count}, days="always")


@pytest.fixture(autouse=True)
def _kinds() -> Any:
    with testing.temporarily(OWN_TERM, KEPT):
        yield


def aged(delta: timedelta, *rows: Model, column: str = "at") -> None:
    """Let rows be so much older. What was written is changed, so MACs no longer fit; terms go by the columns."""
    for row in rows:
        field = row._meta.get_field(column)
        moment = (getattr(row, column) - delta).replace(microsecond=0)
        sql = f"UPDATE {row._meta.db_table} SET {field.column} = %s WHERE id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [moment, row._meta.pk.get_db_prep_value(row.pk, connection)])  # type: ignore[union-attr]


def aged_decision(decision: Decision, delta: timedelta = FOUR_YEARS) -> Decision:
    """Let a decision and its entry be so much older."""
    aged(delta, decision, column="decided_at")
    aged(delta, decision.entry)
    return decision


def forget_now() -> None:
    """Run the job until nothing is left."""
    (result,) = run_due(names=("forget",))
    assert result.outcome == "done"


def test_a_secret_goes_when_its_term_has_passed_and_its_hash_stays() -> None:
    with transaction.atomic():
        old, new = ledger.record("party.changed", payload={}), ledger.record("party.changed", payload={})
    aged(timedelta(days=1096), old)
    forget_now()
    assert list(EntrySecret.objects.values_list("pk", flat=True)) == [new.pk]
    assert Entry.objects.filter(pk=old.pk).exists()
    assert list(unexplained()) == []


def test_a_kind_has_a_term_of_its_own_or_none() -> None:
    with transaction.atomic():
        short, kept = ledger.record("test.short", payload={}), ledger.record("test.kept", payload={})
        other = ledger.record("party.changed", payload={})
    aged(timedelta(days=11), short, other)
    aged(timedelta(days=36_000), kept)
    forget_now()
    assert set(EntrySecret.objects.values_list("pk", flat=True)) == {kept.pk, other.pk}


def test_the_evidence_of_a_grant_that_still_holds_is_kept_whatever_its_age() -> None:
    decision = aged_decision(DecisionFactory())
    forget_now()
    assert EntrySecret.objects.filter(entry=decision.entry).exists()
    assert Decision.objects.filter(pk=decision.pk).exists()


def test_the_term_of_a_decision_begins_when_another_replaces_it() -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    first = aged_decision(DecisionFactory(subject=subject, notice=notice, key="1"))
    second = DecisionFactory(subject=subject, outcome=Outcome.WITHDRAWN, notice=None, key="2")
    forget_now()
    assert EntrySecret.objects.filter(entry=first.entry).exists()
    aged_decision(second)
    aged(timedelta(days=1), first, column="decided_at")
    forget_now()
    assert not EntrySecret.objects.filter(entry=first.entry).exists()
    assert EntrySecret.objects.filter(entry=second.entry).exists()
    assert list(Decision.objects.values_list("pk", flat=True)) == [second.pk]
    assert Release.objects.get().row_id == first.pk
    assert consent.state(subject)["newsletter"].name == "REFUSED"
    assert list(unexplained()) == []


def test_of_a_person_erased_a_term_ago_no_secret_decision_or_key_is_left() -> None:
    visitor, account = SubjectFactory(), SubjectFactory()
    source = aged_decision(DecisionFactory(subject=visitor, notice=NoticeFactory()))
    from onvif_privacy.core import subjects

    (taken,) = subjects.merge(visitor=visitor, into=account, key="m")
    aged_decision(taken)
    erased = timezone.now() - FOUR_YEARS
    Subject.objects.filter(pk__in=[account.pk, visitor.pk]).update(erased_at=erased)
    forget_now()
    forget_now()
    assert not Decision.objects.exists()
    assert not Standing.objects.exists()
    assert {one.row_id for one in Release.objects.all()} == {source.pk, taken.pk}
    assert not EntrySecret.objects.filter(subject_id__isnull=False).exists()
    assert not SubjectKey.objects.filter(use="evidence", destroyed_at__isnull=True).exists()
    assert list(unexplained()) == []


def test_of_a_person_erased_lately_the_evidence_stays_for_its_term() -> None:
    decision = aged_decision(DecisionFactory())
    Subject.objects.update(erased_at=timezone.now() - timedelta(days=100))
    forget_now()
    assert EntrySecret.objects.filter(entry=decision.entry).exists()
    assert keys.subject_key(decision.subject_id, "evidence")


def test_what_is_forgotten_early_is_named_and_the_ledger_verifies() -> None:
    subject = DecisionFactory(notice=NoticeFactory()).subject
    other = DecisionFactory(notice=NoticeFactory())
    ledger.seal()
    assert ledger.forget(subject, reason="court_order") == 1
    ledger.seal()
    assert list(ledger.problems()) == []
    assert list(unexplained()) == []
    assert ledger.opened(other.entry)
    with pytest.raises(EntrySecret.DoesNotExist):
        ledger.opened(Entry.objects.get(decision__subject=subject))
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(subject.pk, "evidence")
    note = ledger.opened(Entry.objects.get(kind="ledger.forgotten"))
    assert note == {"entries": [Entry.objects.get(decision__subject=subject).pk.hex], "reason": "court_order"}


def test_forgetting_by_a_reason_in_words_changes_nothing() -> None:
    decision = DecisionFactory()
    with pytest.raises(ledger.PayloadRefused):
        ledger.forget(decision.subject, reason="Ann asked for it")
    assert ledger.opened(decision.entry)


def test_many_secrets_are_forgotten_in_several_entries() -> None:
    subject = SubjectFactory()
    record = [ledger.Record("subject.restricted", {"subject": subject.reference}, subject) for _ in range(450)]
    with transaction.atomic():
        ledger.record_all(record)
    assert ledger.forget(subject, reason="test") == 450
    assert Entry.objects.filter(kind="ledger.forgotten").count() == 3
    assert list(unexplained()) == []


def test_a_secret_removed_by_hand_fails_the_reconciliation_which_names_its_entry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    decision = DecisionFactory()
    EntrySecret.objects.filter(pk=decision.entry_id).release()  # type: ignore[attr-defined]
    assert list(unexplained()) == [("has lost its secret before its term", decision.entry_id)]
    assert [one.outcome for one in run_due(names=("reconcile",))] == ["failed"]
    assert f"entry {decision.entry_id} has lost its secret" in caplog.text


def test_a_key_destroyed_by_hand_is_named(caplog: pytest.LogCaptureFixture) -> None:
    decision = DecisionFactory()
    keys.destroy(decision.subject_id, "evidence")
    assert list(unexplained()) == [("has lost the key of its secret", decision.entry_id)]


@pytest.mark.django_db(transaction=True)
def test_a_missing_guard_fails_the_reconciliation(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.core import mail

    monkeypatch.delattr(mail, "outbox", raising=False)
    assert [one.outcome for one in run_due(names=("reconcile",))] == ["failed"]
    assert "table onvif_privacy_entry has lost its append-only guard" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_guards_let_evidence_end() -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    first = aged_decision(DecisionFactory(subject=subject, notice=notice, key="1"))
    second = aged_decision(DecisionFactory(subject=subject, outcome=Outcome.WITHDRAWN, notice=None, key="2"))
    with testing.guards():
        forget_now()
    assert list(Decision.objects.values_list("pk", flat=True)) == [second.pk]
    assert Release.objects.get().row_id == first.pk


def test_a_reference_of_an_unknown_entry_explains_nothing_else() -> None:
    decision = DecisionFactory()
    with transaction.atomic():
        ledger.record("ledger.forgotten", payload={"entries": [uuid.uuid4().hex], "reason": "test"})
    EntrySecret.objects.filter(pk=decision.entry_id).release()  # type: ignore[attr-defined]
    assert [pk for _what, pk in unexplained()] == [decision.entry_id]


def guesses(number: int) -> list[str]:
    """Return e-mail and postal addresses as somebody would guess them, the real ones first."""
    names = ["ada", "bob", "eve", "kim", "lee"]
    mails = [f"{names[n % 5]}{n}@example.org" for n in range(number // 2)]
    return mails + [f"Main Street {n}, 10115 Berlin" for n in range(number - len(mails))]


@pytest.mark.parametrize(
    ("people", "gone", "number"),
    [(20, 6, 200), pytest.param(10_000, 3_000, 100_000, marks=pytest.mark.full)],
)
def test_of_the_forgotten_nothing_can_be_guessed_and_the_ledger_verifies(people: int, gone: int, number: int) -> None:
    notice, users = NoticeFactory(), get_user_model()
    known = users.objects.bulk_create(users(username=mail, email=mail) for mail in guesses(number)[:people])
    everybody = Subject.objects.bulk_create(Subject(user=one) for one in known)
    subjects = [DecisionFactory(notice=notice, subject=one).subject for one in everybody]
    while ledger.seal().seal:
        pass
    before = {bytes(one) for one in Entry.objects.values_list("commitment", flat=True)}
    for subject in subjects[:gone]:
        ledger.forget(subject, reason="erased")
    while ledger.seal().seal:
        pass
    assert list(ledger.problems()) == []
    assert list(unexplained()) == []
    assert EntrySecret.objects.filter(subject_id__in=[one.pk for one in subjects[:gone]]).count() == 0
    stored = before | {bytes(one) for one in Entry.objects.values_list("leaf", flat=True)}
    tried = [hashlib.sha256(text.encode()).digest() for text in guesses(number)]
    tried += [hashlib.sha256(b"\x00" + text.encode()).digest() for text in guesses(number)]
    tried += [hmac.digest(b"", text.encode(), "sha256") for text in guesses(number)]
    assert stored.isdisjoint(tried)
    # Whoever knows all but the salt does not get further either.
    payloads = [
        ledger.canonical({"decision": decision.pk.hex, "outcome": decision.outcome, "purpose": decision.purpose})
        for decision in Decision.objects.filter(subject__in=subjects[:50])
    ]
    assert stored.isdisjoint(hashlib.sha256(one).digest() for one in payloads)
    assert len(Entry.objects.filter(kind="ledger.forgotten")) == gone
