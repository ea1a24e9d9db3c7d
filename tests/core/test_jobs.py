"""Jobs: one holder at a time, one transaction a step, and nothing done by who lost the lease."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from onvif_privacy.core.jobs import Job, Run, duration, jobs, overdue, run_due
from onvif_privacy.core.jobs import job as declare_job
from onvif_privacy.core.models import Lease, Party
from onvif_privacy.core.registry import DeclarationError, Late, NotDeclared, close, reopened
from onvif_privacy.core.signals import job_alarmed
from onvif_privacy.core.testing import temporarily
from tests.core.factories import PartyFactory
from tests.core.threads import at_once


def job(run: Callable[[Run], None], name: str = "test.job", **changes: Any) -> Job:
    """Return a job that is due each hour."""
    shape: dict[str, Any] = {"every": timedelta(hours=1), "lease": timedelta(minutes=2), "alarm": timedelta(hours=2)}
    return Job(name, run, **(shape | changes))


def only(*wanted: Job) -> AbstractContextManager[None]:
    """Declare these jobs and no other."""
    return temporarily(*wanted, without=tuple((Job, one.name) for one in jobs.all()))


def once(run: Run) -> None:
    """Add a party in one step."""
    with run.step():
        PartyFactory()


def run_one(**kwargs: Any) -> str:
    """Run the job of the test and return its outcome."""
    return next(one.outcome for one in run_due(**kwargs) if one.job == "test.job")


@pytest.mark.django_db
def test_a_job_runs_when_it_is_due_and_not_before() -> None:
    with only(job(once)):
        assert [run_one(), run_one()] == ["done", "not due"]
        Lease.objects.filter(job="test.job").update(done_at=timezone.now() - timedelta(minutes=61))
        assert run_one() == "done"
    assert Party.objects.count() == 2


@pytest.mark.django_db
def test_a_named_job_runs_whether_due_or_not_and_an_unknown_one_is_named() -> None:
    with only(job(once)):
        assert [run_one(names=("test.job",)) for _ in range(2)] == ["done", "done"]
        with pytest.raises(NotDeclared, match=r"No job 'test\.jbo' is declared"):
            run_due(names=("test.jbo",))


@pytest.mark.django_db
def test_a_job_held_elsewhere_is_left_alone_and_keeps_its_record() -> None:
    with only(job(once)):
        run_one()
        done = Lease.objects.get(job="test.job").done_at
        Lease.objects.update(until=timezone.now() + timedelta(minutes=1), holder="another machine")
        assert run_one(names=("test.job",)) == "held elsewhere"
        assert Lease.objects.get(job="test.job").done_at == done
        assert "test.job" not in {one.name for one in overdue()}
    assert Party.objects.count() == 1


@pytest.mark.django_db
def test_a_step_that_fails_leaves_nothing_and_the_job_is_tried_again(
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[tuple[str, str]] = []

    def fails(run: Run) -> None:
        with run.step():
            PartyFactory()
            run.cursor["at"] = 1
            raise ZeroDivisionError

    def listen(job: str, reason: str, **kwargs: object) -> None:
        heard.append((job, reason))

    job_alarmed.connect(listen)
    try:
        with only(job(fails)), django_capture_on_commit_callbacks(execute=True):
            assert [run_one(), run_one()] == ["failed", "not due"]
            earlier = timezone.now() - timedelta(minutes=3)  # a 24th of an hour and more
            Lease.objects.update(started_at=earlier, failed_at=earlier)
            assert run_one() == "failed"
    finally:
        job_alarmed.disconnect(listen)
    lease = Lease.objects.get(job="test.job")
    assert (lease.cursor, lease.failure, lease.done_at) == ({}, "ZeroDivisionError", None)
    assert heard == [("test.job", "ZeroDivisionError")] * 2
    assert not Party.objects.exists()


@pytest.mark.django_db
def test_the_cursor_goes_with_the_work_of_its_step_however_deep_it_changed() -> None:
    def works(run: Run) -> None:
        with run.step():
            run.cursor.setdefault("tables", {})["a"] = 1
        with run.step():
            run.cursor["tables"]["a"] = 2
        with pytest.raises(ZeroDivisionError), run.step():
            run.cursor["tables"]["a"] = 1 // 0
        try:
            with run.step():
                run.cursor["tables"]["a"] = 99
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert run.cursor == {"tables": {"a": 2}}
        with run.step():
            run.cursor["b"] = 3

    with only(job(works)):
        assert run_one() == "done"
    assert Lease.objects.get(job="test.job").cursor == {"tables": {"a": 2}, "b": 3}


@pytest.mark.django_db
def test_who_sleeps_past_the_lease_does_nothing() -> None:
    def sleeps(run: Run) -> None:
        with run.step():
            PartyFactory(slug="before")
        # Meanwhile another machine took over.
        Lease.objects.filter(job="test.job").update(token=99, holder="another machine")
        with run.step():
            PartyFactory(slug="after")

    with only(job(sleeps)):
        assert run_one() == "held elsewhere"
    assert list(Party.objects.values_list("slug", flat=True)) == ["before"]
    assert Lease.objects.get(job="test.job").done_at is None


@pytest.mark.django_db
def test_a_lease_that_ran_out_between_steps_stops_the_work() -> None:
    def sleeps(run: Run) -> None:
        Lease.objects.filter(job="test.job").update(until=timezone.now() - timedelta(seconds=1))
        with run.step():
            PartyFactory()

    with only(job(sleeps)):
        assert run_one() == "held elsewhere"
    assert not Party.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_step_longer_than_its_lease_keeps_cursor_and_work_together() -> None:
    def slow(run: Run) -> None:
        with run.step():
            PartyFactory()
            run.cursor["at"] = 1
            time.sleep(0.4)

    with only(job(slow, lease=timedelta(milliseconds=200))):
        run_one()
    assert (Party.objects.count(), Lease.objects.get(job="test.job").cursor) in [(1, {"at": 1}), (0, {})]


@pytest.mark.django_db
def test_a_run_ends_when_its_seconds_are_used() -> None:
    with only(job(lambda run: time.sleep(1.05)), job(once, name="test.zzz")):
        results = {one.job: one.outcome for one in run_due(seconds=1)}
    assert results["test.job"] == "done"
    assert results["test.zzz"] == "out of time"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_run_a_job_once() -> None:
    def works(run: Run) -> None:
        for _ in range(3):
            with run.step():
                PartyFactory()

    with only(job(works)):
        got = at_once([partial(run_one, names=())] * 8)
    assert sorted(map(str, got)).count("done") == 1, got
    assert set(map(str, got)) <= {"done", "held elsewhere", "not due"}, got
    assert Party.objects.count() == 3
    assert connection.vendor


def fails(run: Run) -> None:
    """Fail."""
    raise ZeroDivisionError


@pytest.mark.django_db
def test_silence_counts_from_the_last_good_end_or_from_the_first_run_that_knew_of_the_job() -> None:
    with only(job(once), job(fails, name="test.failing")):
        run_one(names=("test.job",))
        assert overdue() == []  # a job run by hand says nothing about cron
        run_due()
        assert overdue() == []
        Lease.objects.filter(job="test.failing").update(known_at=timezone.now() - timedelta(minutes=121))
        assert [one.name for one in overdue()] == ["test.failing"]
        Lease.objects.filter(job="test.job").update(done_at=timezone.now() - timedelta(minutes=121))
        assert [one.name for one in overdue()] == ["test.failing", "test.job"]


@pytest.mark.parametrize(("words", "delta"), [("30s", 30), ("5m", 300), ("1h", 3600), ("2d", 172_800)])
def test_durations_are_read(words: str, delta: int) -> None:
    assert duration(words) == timedelta(seconds=delta)


@pytest.mark.parametrize("words", ["", "5", "m", "0m", "-1m", "1w", "1.5h", "5 m", "123456s", "5m\n"])
def test_what_is_no_duration_is_refused(words: str) -> None:
    with pytest.raises(DeclarationError, match="is not a duration"):
        duration(words)


def test_a_job_is_declared_where_its_function_stands_and_never_late() -> None:
    with reopened():

        @declare_job("test.declared", every="1m")
        def work(run: Run) -> None:
            """Do the work.

            And more.
            """

        assert jobs.get("test.declared").text == "Do the work."
        assert jobs.get("test.declared").silence == timedelta(minutes=2)
        assert jobs.where("test.declared").startswith("tests.core.test_jobs:")
        close()
        with pytest.raises(Late, match=r"tests\.core\.test_jobs:\d+"):
            declare_job("test.late", every="1m")(once)
