"""What may be done with whom: every reason for no, and one answer from `may`, `state` and `audience`."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import ConsentUnavailable, Outcome, State
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Basis, NotDeclared, Purpose, Veto, purposes
from onvif_privacy.core.testing import temporarily
from tests.core.factories import DecisionFactory, SubjectFactory
from tests.core.faults import at_statement

pytestmark = pytest.mark.django_db


def test_nobody_decided_means_the_default_of_the_purpose() -> None:
    subject = SubjectFactory()
    state = consent.state(subject)
    assert (state["newsletter"], state["advice"]) == (State.UNDECIDED, State.GRANTED)
    assert set(state) == {one.slug for one in purposes.all()}
    assert not consent.may(subject, "newsletter")
    assert consent.may(subject, "advice")
    assert not consent.may(None, "advice")


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.OBJECTED])
def test_a_no_ends_what_is_on_by_default(outcome: Outcome) -> None:
    decision = DecisionFactory(purpose="advice", outcome=outcome)
    assert not consent.may(decision.subject, "advice")
    assert consent.state(decision.subject)["advice"] is State.REFUSED


def test_a_misspelt_purpose_is_a_bug_and_not_a_refusal() -> None:
    with pytest.raises(NotDeclared):
        consent.may(SubjectFactory(), "newletter")
    with pytest.raises(NotDeclared):
        consent.may(None, "newletter")
    with pytest.raises(NotDeclared):
        consent.audience("newletter")


def _erased(subject: Subject) -> None:
    Subject.objects.filter(pk=subject.pk).update(erased_at=timezone.now())


def _merged(subject: Subject) -> None:
    subjects.merge(visitor=subject, into=SubjectFactory(), key="k")


def _unstored(subject: Subject) -> None:
    subject.pk = Subject().pk


@pytest.mark.parametrize("ended", [_erased, _merged, _unstored])
def test_nothing_may_be_done_with_who_is_gone(ended: Callable[[Subject], None]) -> None:
    subject = DecisionFactory().subject
    ended(subject)
    assert not consent.may(subject, "newsletter")
    assert not consent.may(subject, "own_access")
    assert not consent.audience("newsletter").filter(pk=subject.pk).exists()


def test_restriction_leaves_own_access_and_legal_duty_and_ends_with_it() -> None:
    subject = DecisionFactory().subject
    subjects.restrict(subject)
    allowed = {one.slug for one in purposes.all() if consent.may(subject, one.slug)}
    assert allowed == {"own_access", "legal_duty"}
    assert {slug for slug in allowed if consent.audience(slug).filter(pk=subject.pk)} == allowed
    subjects.unrestrict(subject)
    assert consent.may(subject, "newsletter")
    assert Subject.objects.get(pk=subject.pk).restricted_at is None


def test_a_veto_takes_people_out_and_never_lets_anybody_in() -> None:
    minor, other, undecided = DecisionFactory().subject, DecisionFactory().subject, SubjectFactory()
    for purpose, slugs in (("newsletter", {"newsletter"}), ("*", {"newsletter", "advice", "own_access"})):
        with temporarily(Veto("minors", purpose, lambda people: people.filter(pk=minor.pk))):
            for slug in ("newsletter", "advice", "own_access"):
                assert consent.may(minor, slug) == (slug not in slugs)
                assert consent.audience(slug).filter(pk=minor.pk).exists() == (slug not in slugs)
            assert consent.may(other, "newsletter")
            assert not consent.may(undecided, "newsletter")


def test_any_error_means_no(caplog: pytest.LogCaptureFixture) -> None:
    subject = DecisionFactory().subject
    with at_statement(1), caplog.at_level(logging.ERROR):
        assert not consent.may(subject, "newsletter")
    assert "the answer is no" in caplog.text
    with temporarily(Veto("broken", "*", lambda people: 1 // 0)):  # type: ignore[arg-type, return-value]
        assert not consent.may(subject, "newsletter")
    assert consent.may(subject, "newsletter")


WORLDS = st.lists(
    st.tuples(
        st.sampled_from(["", "granted", "withdrawn", "objected"]),
        st.sampled_from(["", "granted", "withdrawn", "objected"]),
        st.sampled_from(["", "restricted", "erased", "renewed", "vetoed"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORLDS)
def test_the_audience_is_exactly_those_for_whom_it_may_be_done(world: list[tuple[str, str, str]]) -> None:
    people, vetoed = [], []
    for news, advice, fate in world:
        person = SubjectFactory()
        people.append(person)
        for purpose, outcome in (("newsletter", news), ("advice", advice)):
            if outcome:
                DecisionFactory(subject=person, purpose=purpose, outcome=Outcome(outcome))
        if fate == "restricted":
            subjects.restrict(person)
        elif fate == "erased":
            _erased(person)
        elif fate == "vetoed":
            vetoed.append(person.pk)
        elif fate == "renewed":
            consent.renew("newsletter", reference=f"policy-{person.pk.hex}")
    with temporarily(Veto("some", "*", lambda rows: rows.filter(pk__in=vetoed))):
        for slug in ("newsletter", "statistics", "advice", "own_access"):
            mine = consent.audience(slug).filter(pk__in=[one.pk for one in people])
            assert {one.pk for one in mine} == {one.pk for one in people if consent.may(one, slug)}


def test_an_audience_is_one_query_however_many_vetoes(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    DecisionFactory()
    with (
        temporarily(*(Veto(f"v{n}", "*", lambda people: people.none()) for n in range(3))),
        django_assert_num_queries(1),
    ):
        assert len(consent.audience("newsletter")) == 1


def test_a_request_without_middleware_is_refused_everything() -> None:
    request = HttpRequest()
    request.user = AnonymousUser()
    privacy = consent.of(request)
    assert isinstance(privacy, consent.Privacy)
    assert (privacy.allows("newsletter"), privacy.state("newsletter"), privacy.why("newsletter")) == (
        False,
        "undecided",
        "none",
    )
    assert (privacy.gpc, privacy.decided, privacy.decided_at, privacy.policy, privacy.reference) == (
        False,
        False,
        None,
        0,
        "",
    )
    assert privacy.silent is privacy


def test_what_a_middleware_filled_in_is_given_as_it_is() -> None:
    request, filled = HttpRequest(), consent.Refusing()
    request.privacy = filled  # type: ignore[attr-defined]
    assert consent.of(request) is filled


def test_a_retired_purpose_stays_readable() -> None:
    decision = DecisionFactory()
    with temporarily(Purpose("newsletter", label="L", text="T", basis=Basis.CONSENT, clause="use", retired=True)):
        assert consent.may(decision.subject, "newsletter")


@pytest.mark.django_db(transaction=True)
def test_a_lock_held_too_long_is_answered_in_three_seconds_and_nothing_is_stored() -> None:
    import threading
    import time

    from django.db import transaction

    from onvif_privacy.core.consent.locking import lock_subject

    subject = SubjectFactory()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                lock_subject(subject, "default")
                held.set()
                done.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    started = time.monotonic()
    try:
        with pytest.raises(ConsentUnavailable):
            consent.withdraw(subject=subject, purpose="newsletter", method=consent.Method.FORM, key="k")
        assert time.monotonic() - started < 3.5
    finally:
        done.set()
        thread.join()
    assert not consent.history(subject).exists()
    consent.withdraw(subject=subject, purpose="newsletter", method=consent.Method.FORM, key="k")
