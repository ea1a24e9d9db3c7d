"""Decisions: recorded whole with their evidence, or refused."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onvif_privacy.core import consent, ledger, subjects
from onvif_privacy.core.consent import Method, NoticeRequired, ObjectionStands, Outcome
from onvif_privacy.core.consent.reading import unreconciled
from onvif_privacy.core.models import Decision, Entry, Standing, Subject
from onvif_privacy.core.registry import NotDeclared, purposes
from onvif_privacy.core.signals import decision_recorded
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def nothing_stored() -> bool:
    """Whether no trace of a decision is in the database."""
    return not (Decision.objects.exists() or Standing.objects.exists() or Entry.objects.exists())


def test_a_grant_is_recorded_with_its_words_its_purpose_and_its_entry() -> None:
    notice = NoticeFactory(text="May we write to you?")
    context = consent.ContextRef("policy-4", hashlib.sha256(b"policy").hexdigest())
    decision = DecisionFactory(notice=notice, surface="form", gpc=True, context=context)
    stored = Decision.objects.get()
    assert stored == decision
    assert (stored.outcome, stored.method, stored.surface, stored.gpc) == ("granted", "chosen", "form", True)
    assert stored.purpose_digest == purposes.get("newsletter").digest
    assert (stored.context_reference, stored.context_digest) == (context.reference, context.digest)
    assert ledger.opened(stored.entry) == {
        "context": context.digest,
        "decision": stored.pk.hex,
        "gpc": True,
        "method": "chosen",
        "notice": notice.digest,
        "outcome": "granted",
        "purpose": "newsletter",
        "purpose_digest": stored.purpose_digest,
    }
    assert consent.may(stored.subject, "newsletter")


def test_no_address_and_no_browser_string_is_stored() -> None:
    names = {field.name for field in Decision._meta.get_fields()}
    assert not {name for name in names if "agent" in name or "address" in name or name == "ip"}


def test_a_refusal_needs_no_notice_and_counts_as_decided() -> None:
    decision = consent.withdraw(subject=SubjectFactory(), purpose="newsletter", method=Method.DECLINE_ALL, key="k")
    assert decision.outcome == Outcome.WITHDRAWN
    assert consent.state(decision.subject)["newsletter"] is consent.State.REFUSED


def test_withdrawing_holds_at_once_and_is_as_easy_as_giving() -> None:
    granted = DecisionFactory()
    consent.withdraw(subject=granted.subject, purpose="newsletter", method=Method.FORM, key="other")
    assert not consent.may(granted.subject, "newsletter")
    assert [one.sequence for one in consent.history(granted.subject, "newsletter")] == [2, 1]


def test_a_grant_without_a_notice_is_refused() -> None:
    with pytest.raises(NoticeRequired):
        DecisionFactory(notice=None)
    assert nothing_stored()


def test_an_undeclared_purpose_is_refused() -> None:
    with pytest.raises(NotDeclared):
        DecisionFactory(purpose="newletter")
    assert nothing_stored()


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_that_no_column_holds_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        DecisionFactory(key=key)
    assert nothing_stored()


@pytest.mark.parametrize("changes", [{"outcome": "maybe"}, {"method": "telepathy"}, {"outcome": True}])
def test_an_outcome_or_method_that_is_none_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        DecisionFactory(notice=NoticeFactory(), **changes)
    assert nothing_stored()


def test_all_answers_of_a_form_are_recorded_or_none() -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    with pytest.raises(NotDeclared):
        consent.decide_all(
            subject=subject,
            choices={"newsletter": Outcome.GRANTED, "unknown": Outcome.GRANTED},
            method=Method.CHOSEN,
            key="k",
            notice=notice,
        )
    assert nothing_stored()


def test_answers_come_back_in_the_order_they_were_given() -> None:
    choices = {"statistics": Outcome.WITHDRAWN, "advice": Outcome.OBJECTED, "newsletter": Outcome.GRANTED}
    decisions = consent.decide_all(
        subject=SubjectFactory(), choices=choices, method=Method.CHOSEN, key="k", notice=NoticeFactory()
    )
    assert {one.purpose: one.outcome for one in decisions} == choices
    assert [one.purpose for one in decisions] == list(choices)


def test_answering_nothing_records_nothing() -> None:
    assert consent.decide_all(subject=SubjectFactory(), choices={}, method=Method.CHOSEN, key="k") == []
    assert nothing_stored()


def test_staff_who_decide_are_named_by_reference() -> None:
    officer = UserFactory()
    decision = DecisionFactory(method=Method.STAFF, actor=officer)
    assert decision.actor == subjects.for_user(officer).reference
    assert ledger.opened(decision.entry)["actor"] == decision.actor


@pytest.mark.parametrize("method", [Method.MERGE, Method.IMPORTED, Method.STAFF])
def test_over_an_objection_nobody_else_may_grant(method: Method) -> None:
    objected = DecisionFactory(outcome=Outcome.OBJECTED)
    with pytest.raises(ObjectionStands):
        DecisionFactory(subject=objected.subject, method=method)
    assert Decision.objects.count() == Entry.objects.count() == 1


@pytest.mark.parametrize("method", [one for one in Method if one.own])
def test_over_an_objection_the_person_may_grant(method: Method) -> None:
    objected = DecisionFactory(outcome=Outcome.OBJECTED)
    DecisionFactory(subject=objected.subject, method=method)
    assert consent.may(objected.subject, "newsletter")


@pytest.mark.parametrize("method", list(Method))
def test_a_softer_no_leaves_an_objection_standing(method: Method) -> None:
    objected = DecisionFactory(outcome=Outcome.OBJECTED)
    answer = DecisionFactory(subject=objected.subject, outcome=Outcome.WITHDRAWN, method=method)
    assert answer == objected
    assert Decision.objects.count() == 1


def test_an_objection_can_be_repeated() -> None:
    objected = DecisionFactory(outcome=Outcome.OBJECTED)
    assert DecisionFactory(subject=objected.subject, outcome=Outcome.OBJECTED).sequence == 2


def test_listeners_hear_of_a_decision_on_commit_and_of_a_rolled_back_one_never(
    django_capture_on_commit_callbacks,  # type: ignore[no-untyped-def]
) -> None:
    heard: list[tuple[str, object]] = []

    def listen(decision: Decision, before: Outcome | None, **kwargs: object) -> None:
        heard.append((decision.outcome, before))

    decision_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            granted = DecisionFactory()
            assert heard == []
            DecisionFactory(subject=granted.subject, outcome=Outcome.OBJECTED)
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                1 // (DecisionFactory() is None)
        assert heard == [("granted", None), ("objected", Outcome.GRANTED)]
    finally:
        decision_recorded.disconnect(listen)


def test_a_standing_changed_by_hand_is_named() -> None:
    decision, other = DecisionFactory(outcome=Outcome.WITHDRAWN), DecisionFactory()
    assert not unreconciled().exists()
    Standing.objects.filter(decision=decision).update(outcome=Outcome.GRANTED)
    assert [one.subject for one in unreconciled()] == [decision.subject]
    Standing.objects.filter(decision=decision).update(outcome=Outcome.WITHDRAWN)
    Standing.objects.filter(decision=other).update(purpose="statistics")
    assert [one.subject for one in unreconciled()] == [other.subject]


def queries_of_a_decision(subject: Subject, notice: object, key: str) -> int:
    """Count the statements of one grant, savepoints apart, and without the one that sets PostgreSQL's lock time-out."""
    with CaptureQueriesContext(connection) as queries:
        DecisionFactory(subject=subject, notice=notice, key=key)
    sql = [one["sql"] for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]
    timeouts = [one for one in sql if "lock_timeout" in one]
    assert len(timeouts) == (1 if connection.vendor == "postgresql" else 0)
    return len(sql) - len(timeouts)


def test_a_decision_costs_seven_queries_and_nine_the_first_time_however_long_the_history() -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    assert queries_of_a_decision(subject, notice, "first") <= 9
    counts = [queries_of_a_decision(subject, notice, f"key-{number}") for number in range(12)]
    assert max(counts) <= 7


def test_asking_costs_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    subject = DecisionFactory().subject
    with django_assert_num_queries(1):
        consent.may(subject, "newsletter")
    with django_assert_num_queries(1):
        consent.state(subject)
    with django_assert_num_queries(0):
        consent.may(None, "newsletter")


@pytest.mark.parametrize("fate", ["erased_at", "merged_into"])
def test_nothing_is_granted_in_the_name_of_somebody_who_is_gone(fate: str) -> None:
    subject = SubjectFactory()
    Subject.objects.filter(pk=subject.pk).update(**{fate: timezone.now() if fate == "erased_at" else SubjectFactory()})
    with pytest.raises(consent.SubjectGone):
        DecisionFactory(subject=subject, outcome=Outcome.GRANTED)
    assert nothing_stored()
    assert DecisionFactory(subject=subject, outcome=Outcome.WITHDRAWN).outcome == Outcome.WITHDRAWN


@pytest.mark.parametrize("fate", ["erased_at", "merged_into"])
def test_nobody_is_merged_into_an_account_that_is_gone(fate: str) -> None:
    visitor, into = SubjectFactory(), SubjectFactory()
    Subject.objects.filter(pk=into.pk).update(**{fate: timezone.now() if fate == "erased_at" else SubjectFactory()})
    with pytest.raises(ValueError, match="erased or merged"):
        subjects.merge(visitor=visitor, into=into, key="sign-in")
    visitor.refresh_from_db()
    assert visitor.merged_into is None
