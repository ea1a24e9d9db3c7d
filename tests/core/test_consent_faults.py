"""Every statement of every service may fail, and every commit: all or nothing, and a retry has one effect (C7, C8)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection

from onvif_privacy.core import consent, ledger, subjects
from onvif_privacy.core.consent import ConsentUnavailable, Method, Outcome
from onvif_privacy.core.consent.reading import unreconciled, without_standing
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Notice, Renewal, Standing, Subject
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory
from tests.core.faults import at_commit, at_statement, statements_of

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Service:
    """A service call that can be repeated, and how many rows one effect of it is."""

    call: Callable[[], object]
    decisions: int = 0
    renewals: int = 0
    restrictions: int = 0
    unavailable: bool = True  # answers database trouble with ConsentUnavailable


def _decide() -> Service:
    subject, notice = SubjectFactory(), NoticeFactory(text="asked")
    return Service(lambda: DecisionFactory(subject=subject, notice=notice, key="k"), decisions=1)


def _decide_many() -> Service:
    subject, notice = SubjectFactory(), NoticeFactory(text="asked")
    choices = {"newsletter": Outcome.GRANTED, "statistics": Outcome.WITHDRAWN, "advice": Outcome.OBJECTED}

    def call() -> object:
        return consent.decide_all(subject=subject, choices=choices, method=Method.CHOSEN, key="k", notice=notice)

    return Service(call, decisions=3)


def _withdraw() -> Service:
    subject = DecisionFactory().subject

    def call() -> object:
        return consent.withdraw(subject=subject, purpose="newsletter", method=Method.FORM, key="k")

    return Service(call, decisions=1)


def _merge() -> Service:
    visitor, account = DecisionFactory().subject, SubjectFactory()
    DecisionFactory(subject=visitor, purpose="advice", outcome=Outcome.OBJECTED)

    def call() -> object:
        return subjects.merge(visitor=Subject.objects.get(pk=visitor.pk), into=account, key="k")

    return Service(call, decisions=2, unavailable=False)  # reading the visitor is the caller's


def _renew() -> Service:
    DecisionFactory()
    return Service(lambda: consent.renew("newsletter", reference="policy-4"), renewals=1, unavailable=False)


def _restrict() -> Service:
    subject = SubjectFactory()
    return Service(lambda: subjects.restrict(subject), restrictions=1)


SERVICES = {
    "decide": _decide,
    "decide_all": _decide_many,
    "withdraw": _withdraw,
    "merge": _merge,
    "renew": _renew,
    "restrict": _restrict,
}


def counts() -> dict[str, int]:
    """Return what there is."""
    return {
        "decisions": Decision.objects.count(),
        "renewals": Renewal.objects.count(),
        "restrictions": Subject.objects.filter(restricted_at__isnull=False).count(),
    }


def holds() -> None:
    """Assert everything that must be true after whatever happened."""
    assert not unreconciled().exists()
    assert not without_standing().exists()
    evidence = Decision.objects.count() + Renewal.objects.count()
    assert Entry.objects.exclude(kind__startswith="subject.").count() == evidence
    assert EntrySecret.objects.count() == Entry.objects.count()
    assert list(ledger.problems()) == []
    for decision in Decision.objects.select_related("entry__secret"):
        assert ledger.opened(decision.entry)["decision"] == decision.pk.hex
    for subject in Subject.objects.all():
        folded = consent.fold(Decision.objects.filter(subject=subject))
        assert folded == {row.purpose: row.outcome for row in Standing.objects.filter(subject=subject)}


def fails(service: Service, fault: AbstractContextManager[Any]) -> Any:
    """Run the service under a fault; returns what the fault saw, and asserts that the answer is the documented one."""
    started = time.monotonic()
    with fault as seen:
        try:
            service.call()
        except ConsentUnavailable:
            pass
        except DatabaseError:
            assert not service.unavailable
        else:
            return None
    assert time.monotonic() - started < 3
    return seen


@pytest.mark.parametrize("name", SERVICES)
def test_any_statement_may_fail_and_a_retry_has_one_effect(name: str) -> None:
    # How many statements a clean run has differs by engine; the loop ends at the first run without a fault.
    for number in range(1, 60):
        service = SERVICES[name]()
        before = counts()
        failed = fails(service, at_statement(number))
        effect = {"decisions": service.decisions, "renewals": service.renewals, "restrictions": service.restrictions}
        holds()
        if failed is None:
            assert number > 4, "too few statements were tried"
            break
        assert counts() == before, f"something was stored although statement {number} failed"
        service.call()
        assert {key: counts()[key] - before[key] for key in before} == effect
        holds()
        service.call()  # the same once more changes nothing
        assert Decision.objects.count() - before["decisions"] == service.decisions
        _empty()
    else:
        pytest.fail("the service never came through")


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
def test_any_commit_may_fail_and_a_retry_has_one_effect(name: str, after: bool) -> None:
    service = SERVICES[name]()
    before = counts()
    fails(service, at_commit(after=after))
    holds()
    if not after:
        assert counts() == before
    service.call()
    effect = {"decisions": service.decisions, "renewals": service.renewals, "restrictions": service.restrictions}
    assert {key: counts()[key] - before[key] for key in before} == effect
    holds()


def test_a_notice_may_fail_anywhere_and_is_stored_once() -> None:
    for number in range(1, 12):
        text = f"words {number}"
        try:
            with at_statement(number):
                NoticeFactory(text=text)
        except DatabaseError:
            NoticeFactory(text=text)
            assert Notice.objects.filter(text=text).count() == 1
        else:
            assert number > 3
            break


@pytest.fixture
def refusing_ledger() -> Iterator[None]:
    """Make the ledger refuse every entry, by a constraint of the database itself."""
    table = "onvif_privacy_entry"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END")
        else:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (kind = 'nothing')")
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER broken" if connection.vendor == "sqlite" else f"ALTER TABLE {table} DROP CONSTRAINT broken"
        )


def test_what_cannot_be_recorded_is_not_done(refusing_ledger: None) -> None:
    subject, notice = SubjectFactory(), NoticeFactory()
    for number in range(20):
        with pytest.raises(ConsentUnavailable):
            DecisionFactory(subject=subject, notice=notice, key=f"k{number}")
        with pytest.raises(ConsentUnavailable):
            subjects.restrict(subject)
        with pytest.raises(DatabaseError):
            consent.renew("newsletter", reference=f"policy-{number}")
    assert counts() == {"decisions": 0, "renewals": 0, "restrictions": 0}
    assert not Standing.objects.exists()
    assert not consent.may(subject, "newsletter")
    assert subject.restricted_at is None


def _empty() -> None:
    Standing.objects.all().delete()
    merged = Decision.objects.filter(source__isnull=False)
    for rows in (merged, *(model.objects.all() for model in (Decision, Renewal, EntrySecret, Entry))):
        rows._raw_delete(rows.db)
    Subject.objects.update(restricted_at=None)


def test_the_statements_of_a_decision_are_counted_as_documented() -> None:
    service = _decide()
    assert statements_of(service.call) <= 16
