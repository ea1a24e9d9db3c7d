"""Every statement of every service may fail, and every commit: all or nothing, and a retry has one effect (C7, C8)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, InterfaceError, connection

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.consent import ConsentUnavailable
from onvif_privacy.core.consent.reading import unreconciled, without_standing
from onvif_privacy.core.ledger.forgetting import unexplained
from onvif_privacy.core.models import Decision, Entry, Notice, Standing, Subject, Telling
from onvif_privacy.core.registry import Code, EntryKind, entry_kinds
from onvif_privacy.core.testing import temporarily
from tests.core.counts import few_or_all
from tests.core.factories import DecisionFactory, NoticeFactory
from tests.core.faults import WAYS, at_commit, at_statement, refusing_entries, statements_of
from tests.core.services import SERVICES, Service

Database: Any = connection.Database  # the driver of this engine
pytestmark = pytest.mark.django_db(transaction=True)

# A key may have been made before its first use failed: nothing is sealed under it.
NOT_COUNTED = {"subjectkey", "labelkey"}
# A driver's own error comes through where Django closes a cursor of a connection that is gone.
TROUBLE = (ConsentUnavailable, DatabaseError, InterfaceError, Database.Error)


@pytest.fixture(autouse=True)
def _incident() -> Iterator[None]:
    with temporarily(EntryKind("incident.test", {"reference": Code})):
        yield


def state() -> Counter[str]:
    """Return what there is: rows of each table, entries by kind, and what changes within rows."""
    models = [one for one in apps.get_app_config("onvif_privacy").get_models() if one._meta.managed]
    found = Counter(
        {one.__name__: one._base_manager.count() for one in models if one._meta.model_name not in NOT_COUNTED}
    )
    found.update(f"entry {kind}" for kind in Entry.objects.values_list("kind", flat=True))
    found["sealed"] = Entry.objects.filter(seal__isnull=False).count()
    found["restricted"] = Subject.objects.filter(restricted_at__isnull=False).count()
    found["erased"] = Subject.objects.filter(erased_at__isnull=False).count()
    found["merged"] = Subject.objects.filter(merged_into__isnull=False).count()
    found["posted"] = Telling.objects.filter(sent_at__isnull=False).count()
    return +found


def kinds(after: Counter[str], before: Counter[str]) -> dict[str, int]:
    """Return how many entries of each kind came in between."""
    changes = Counter(after)
    changes.subtract(before)
    return {name.removeprefix("entry "): number for name, number in changes.items() if number and " " in name}


def holds() -> None:
    """Assert everything that must be true after whatever happened."""
    assert not unreconciled().exists()
    assert not without_standing().filter(pk__in=Standing.objects.values("decision")).exists()
    assert list(ledger.problems()) == []
    assert list(unexplained()) == []
    for decision in Decision.objects.select_related("entry__secret").filter(entry__secret__isnull=False):
        assert ledger.opened(decision.entry)["decision"] == decision.pk.hex


def failed(service: Service, fault: AbstractContextManager[Any]) -> bool:
    """Call the service under a fault; whether it failed, and never slower than three seconds."""
    started = time.monotonic()
    try:
        with fault:
            service.call()
    except TROUBLE:
        if connection.connection is not None and not connection.in_atomic_block:
            with suppress(*TROUBLE):  # MariaDB's driver says that it is closed already
                connection.close()  # as the end of a request would
        return True
    finally:
        assert time.monotonic() - started < 3
    return False


def test_every_kind_of_entry_that_the_kernel_declares_is_written_by_a_service_here() -> None:
    written: set[str] = set()
    for make in SERVICES.values():
        service, before = make(), state()
        service.call()
        assert kinds(state(), before) == service.kinds
        written |= set(service.kinds)
        with suppress(Exception):
            SERVICES["gate.reopen"]().call()
    ours = {kind.slug for kind in entry_kinds.all() if entry_kinds.where(kind.slug).startswith("onvif_privacy.core.")}
    assert ours <= written


@pytest.mark.parametrize("step", few_or_all(4, 1))
@pytest.mark.parametrize("lost", [False, pytest.param(True, marks=pytest.mark.full)], ids=["error", "exit"])
@pytest.mark.parametrize("name", SERVICES)
def test_any_statement_may_fail_and_a_retry_has_one_effect(name: str, lost: bool, step: int) -> None:
    # How many statements a clean run has differs by engine; the loop ends at the first run without a fault.
    for number in range(2 if step > 1 else 1, 80, step):
        service = SERVICES[name]()
        before = state()
        if not failed(service, at_statement(number, lost=lost)):
            assert number > 1, "too few statements were tried"
            assert kinds(state(), before) == service.kinds
            break
        after = state()
        # Who ends while a room listens to what was committed has done it all the same.
        committed = lost and service.again and kinds(after, before) == service.kinds != {}
        if service.came_out is None:
            assert after == before or committed, f"something was stored although statement {number} failed"
        elif service.came_out:
            assert kinds(after, before), "something was read that has no entry"
        holds()
        if service.came_out is None:
            service.call()
            assert kinds(state(), before) == service.kinds
            holds()
    else:
        pytest.fail("the service never came through")


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
@pytest.mark.parametrize("name", SERVICES)
def test_any_commit_may_fail_and_a_retry_has_one_effect(name: str, after: bool) -> None:
    service = SERVICES[name]()
    before = state()
    failed(service, at_commit(after=after))
    holds()
    if service.came_out is not None:
        assert not service.came_out or kinds(state(), before)
        return
    assert kinds(state(), before) == (service.kinds if after else {})
    if not after:
        assert state() == before
    if not after or service.again:
        service.call()
    assert kinds(state(), before) == service.kinds
    holds()


@pytest.mark.parametrize("times", few_or_all(1, 20))
@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_recorded_is_not_done(way: str, times: int) -> None:
    for name, make in SERVICES.items():
        service = make()
        if not service.kinds:
            continue
        before = state()
        with refusing_entries(way):
            for _ in range(times):
                assert failed(service, nullcontext()), name
        assert state() == before, name
        assert not service.came_out, name
        with suppress(Exception):
            SERVICES["gate.reopen"]().call()
    holds()


def test_a_grant_that_could_not_be_recorded_is_no_grant() -> None:
    subject, notice = Subject.objects.create(), NoticeFactory()
    with refusing_entries("constraint"), pytest.raises(ConsentUnavailable):
        DecisionFactory(subject=subject, notice=notice)
    assert not consent.may(subject, "newsletter")


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


def test_the_statements_of_a_decision_are_counted_as_documented() -> None:
    assert statements_of(SERVICES["consent.decide"]().call) <= 16
