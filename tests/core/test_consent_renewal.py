"""Renewal: a purpose that grew is asked again, and only that one, and only of those who had granted it (C10)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.consent import Outcome, State
from onvif_privacy.core.models import Renewal
from onvif_privacy.core.registry import NotDeclared
from onvif_privacy.core.signals import purpose_renewed
from tests.core.factories import DecisionFactory, SubjectFactory

pytestmark = pytest.mark.django_db


def states(*decisions: object) -> list[State]:
    """Return the state of the subject of each decision for the newsletter."""
    return [consent.state(one.subject)["newsletter"] for one in decisions]  # type: ignore[attr-defined]


def test_older_grants_are_undecided_newer_ones_and_refusals_stay() -> None:
    granted, withdrawn, objected = (DecisionFactory(outcome=outcome) for outcome in Outcome)
    consent.renew("newsletter", reference="policy-4")
    later = DecisionFactory()
    assert states(granted, withdrawn, objected, later) == [State.UNDECIDED, State.REFUSED, State.REFUSED, State.GRANTED]
    assert [consent.may(one.subject, "newsletter") for one in (granted, withdrawn, objected, later)] == [False] * 3 + [
        True
    ]
    assert set(consent.audience("newsletter")) == {later.subject}


def test_other_purposes_are_untouched() -> None:
    granted = DecisionFactory(purpose="statistics")
    consent.renew("newsletter", reference="policy-4")
    assert consent.may(granted.subject, "statistics")
    assert consent.state(granted.subject)["advice"] is State.GRANTED


def test_granting_again_settles_it_until_the_next_renewal() -> None:
    granted = DecisionFactory()
    consent.renew("newsletter", reference="policy-4")
    DecisionFactory(subject=granted.subject)
    assert states(granted) == [State.GRANTED]
    consent.renew("newsletter", reference="policy-5")
    assert states(granted) == [State.UNDECIDED]


def test_a_purpose_that_is_on_by_default_is_asked_again_only_of_those_who_granted_it() -> None:
    granted, silent = DecisionFactory(purpose="advice"), SubjectFactory()
    consent.renew("advice", reference="policy-4")
    assert not consent.may(granted.subject, "advice")
    assert consent.may(silent, "advice")


def test_a_renewal_is_evidence_and_counts_the_generation() -> None:
    assert consent.generations() == {}
    renewal = consent.renew("newsletter", reference="policy-4")
    consent.renew("newsletter", reference="policy-5")
    assert ledger.opened(renewal.entry)["reference"] == "policy-4"
    assert consent.generations() == {"newsletter": 2}


def test_the_same_renewal_twice_is_one() -> None:
    first = consent.renew("newsletter", reference="policy-4")
    granted = DecisionFactory()
    assert consent.renew("newsletter", reference="policy-4") == first
    assert consent.generations() == {"newsletter": 1}
    assert consent.may(granted.subject, "newsletter")


def test_an_undeclared_purpose_or_a_reference_that_is_no_code_renews_nothing() -> None:
    with pytest.raises(NotDeclared):
        consent.renew("newletter", reference="policy-4")
    with pytest.raises(ledger.PayloadRefused):
        consent.renew("newsletter", reference="Policy of a@b.example")
    assert not Renewal.objects.exists()


def test_listeners_hear_of_it_on_commit(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    heard: list[str] = []

    def listen(renewal: Renewal, **kwargs: object) -> None:
        heard.append(renewal.reference)

    purpose_renewed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            consent.renew("newsletter", reference="policy-4")
            assert heard == []
        assert heard == ["policy-4"]
    finally:
        purpose_renewed.disconnect(listen)


def test_asking_costs_the_same_however_often_a_purpose_was_renewed() -> None:
    subject = DecisionFactory().subject
    for number in range(5):
        consent.renew("newsletter", reference=f"policy-{number}")
    with CaptureQueriesContext(connection) as queries:
        consent.state(subject)
        consent.may(subject, "newsletter")
        consent.generations()
    assert len(queries) == 3
