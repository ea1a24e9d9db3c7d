"""Idempotency: the same key is one decision, whoever asks how often and at the same time (C4)."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

import pytest
from django.test import override_settings

from onvif_privacy.core import consent
from onvif_privacy.core.consent import IdempotencyConflict, Method, Outcome
from onvif_privacy.core.models import Decision, Entry, Standing, Subject
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory, UserFactory
from tests.core.threads import at_once


@pytest.mark.django_db
def test_the_same_key_and_content_give_the_first_decision_again() -> None:
    first = DecisionFactory(key="form-x")
    again = DecisionFactory(key="form-x", subject=first.subject, notice=first.notice)
    assert again == first
    assert Decision.objects.count() == Entry.objects.count() == 1


@pytest.mark.django_db
def test_a_replay_after_a_later_withdrawal_changes_nothing() -> None:
    first = DecisionFactory(key="form-x")
    consent.withdraw(subject=first.subject, purpose="newsletter", method=Method.FORM, key="form-y")
    assert DecisionFactory(key="form-x", subject=first.subject, notice=first.notice) == first
    assert not consent.may(first.subject, "newsletter")


CHANGES: dict[str, Any] = {
    "outcome": Outcome.WITHDRAWN,
    "method": Method.FORM,
    "surface": "footer",
    "gpc": True,
    "context": consent.ContextRef("policy-5", "ab" * 32),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", [*CHANGES, "notice", "actor"])
def test_the_same_key_with_other_content_is_a_conflict(change: str) -> None:
    first = DecisionFactory(key="form-x")
    others = CHANGES | {"notice": NoticeFactory(), "actor": UserFactory()}
    kwargs = {"notice": first.notice, change: others[change]}
    with pytest.raises(IdempotencyConflict, match="newsletter"):
        DecisionFactory(key="form-x", subject=first.subject, **kwargs)
    assert Decision.objects.get() == first


@pytest.mark.django_db
def test_a_key_counts_for_one_person_and_one_purpose() -> None:
    first = DecisionFactory(key="form-x")
    DecisionFactory(key="form-x", subject=first.subject, purpose="statistics")
    DecisionFactory(key="form-x")
    assert Decision.objects.count() == 3


@pytest.mark.django_db
def test_keys_that_differ_in_case_only_are_one_key_because_one_database_takes_them_for_one() -> None:
    first = DecisionFactory(key="form-x")
    assert DecisionFactory(key="FORM-X", subject=first.subject, notice=first.notice) == first
    with pytest.raises(IdempotencyConflict):
        DecisionFactory(key="Form-X", subject=first.subject, outcome=Outcome.WITHDRAWN)
    assert Decision.objects.get() == first


def answers(subject: Subject, key: str, times: int, **kwargs: Any) -> list[Any]:
    """Return what each of several threads gets for one key."""
    return at_once([partial(DecisionFactory, subject=subject, key=key, **kwargs)] * times)


def tried(keys: int, threads: int) -> None:
    """Send each key from several threads at once, replay it, then change its content."""
    notice = NoticeFactory()
    for number in range(keys):
        key, subject = secrets.token_urlsafe(32), SubjectFactory()
        got = answers(subject, key, threads, notice=notice)
        assert {one.pk if isinstance(one, Decision) else one for one in got} == {Decision.objects.get(key=key).pk}
        assert DecisionFactory(subject=subject, key=key, notice=notice) == got[0]
        with pytest.raises(IdempotencyConflict):
            DecisionFactory(subject=subject, key=key, outcome=Outcome.OBJECTED)
        assert Decision.objects.count() == Entry.objects.count() == Standing.objects.count() == number + 1


@override_settings(ONVIF_PRIVACY_LOCK_SECONDS=60)  # a busy machine is no reason to refuse here
@pytest.mark.django_db(transaction=True)
def test_a_key_sent_by_ten_threads_at_once_is_one_decision_and_one_answer() -> None:
    tried(keys=6, threads=10)


@pytest.mark.full
@override_settings(ONVIF_PRIVACY_LOCK_SECONDS=60)
@pytest.mark.django_db(transaction=True)
def test_five_hundred_keys_sent_by_ten_threads_each_are_five_hundred_decisions() -> None:
    tried(keys=500, threads=10)


@override_settings(ONVIF_PRIVACY_LOCK_SECONDS=60)  # a busy machine is no reason to refuse here
@pytest.mark.django_db(transaction=True)
def test_different_answers_of_one_person_at_once_are_all_kept_in_one_order() -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    calls = [
        partial(DecisionFactory, subject=subject, outcome=outcome, notice=notice if outcome == "granted" else None)
        for outcome in [Outcome.GRANTED, Outcome.WITHDRAWN] * 4
    ]
    got = at_once(calls)
    assert all(isinstance(one, Decision) for one in got), got
    rows = list(Decision.objects.order_by("sequence"))
    assert [one.sequence for one in rows] == list(range(1, 9))
    assert Standing.objects.get().decision == rows[-1]
