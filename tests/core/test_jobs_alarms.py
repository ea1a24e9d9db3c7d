"""Silence is seen, by exit code, screen and mail, whatever one machine's clock says (C37)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import promises
from onvif_privacy.core.clock import DatabaseNow
from onvif_privacy.core.jobs import Job, Run, jobs, overdue, overview, run_due
from onvif_privacy.core.models import Alarm, Heartbeat, Lease
from onvif_privacy.core.signals import job_alarmed
from tests.core.factories import UserFactory
from tests.core.test_jobs import fails, job, once, only

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
ADDRESS = "officer@example.org"


@pytest.fixture(autouse=True)
def _addressee(settings: Any) -> None:
    settings.ONVIF_PRIVACY_ALARM_EMAILS = [ADDRESS]


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []

    def hear(job: str, reason: str, **kwargs: object) -> None:
        found.append((job, reason))

    job_alarmed.connect(hear)
    yield found
    job_alarmed.disconnect(hear)


def with_alarm(*others: Job) -> Any:
    """Declare these jobs and the one that watches."""
    return only(jobs.get("alarm"), *others)


def silent_for(delta: timedelta, **only_these: str) -> None:
    """Let everything that happened have happened so long ago, or what happened to one job."""
    for row in Lease.objects.filter(**only_these):
        past = {
            name: getattr(row, name) - delta for name in ("known_at", "started_at", "done_at") if getattr(row, name)
        }
        Lease.objects.filter(pk=row.pk).update(**past)
    for beat in [] if only_these else Heartbeat.objects.all():
        Heartbeat.objects.filter(pk=beat.pk).update(looked_at=beat.looked_at - delta)


@pytest.fixture
def machine_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set the clock of this machine wrong; the database keeps its own."""
    real = timezone.now

    def wrong(delta: timedelta) -> None:
        def now() -> datetime:
            return real() + delta

        monkeypatch.setattr(timezone, "now", now)

    return wrong


def test_a_cron_stopped_for_two_days_is_seen_everywhere_and_told_once(
    heard: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with with_alarm(job(once), jobs.get("promises")):
        run_due()
        call_command("privacy_run", "--check")
        assert promises.of_promise("security.keys").verdict == "kept"
        silent_for(timedelta(hours=48, minutes=1))
        with pytest.raises(SystemExit) as late:
            call_command("privacy_run", "--check")
        assert late.value.code == 1
        assert {state.job.name for state in overview() if state.overdue} == {"alarm", "promises", "test.job"}
        assert promises.of_promise("security.keys").verdict == "stale"  # what the status page shows
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        page = client.get(reverse("admin:app_list", args=["onvif_privacy"])).content.decode()
        assert "Overdue: alarm, promises, test.job" in page
        run_due(names=("alarm",))  # one machine still runs, or runs again
        run_due(names=("alarm",))
    assert "test.job is overdue" in capsys.readouterr().err
    (told,) = mail.outbox
    assert told.to == [ADDRESS]
    assert "test.job" in told.body
    assert "promises" in told.body
    assert sorted(heard) == [("alarm", "Silent"), ("promises", "Silent"), ("test.job", "Silent")]


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_hour_wrong_on_one_machine_changes_nothing(
    hours: int, machine_clock: Callable[[timedelta], None], heard: list[tuple[str, str]]
) -> None:
    ten_minutes = {"every": timedelta(minutes=10), "alarm": timedelta(minutes=20)}
    with with_alarm(job(once, **ten_minutes), jobs.get("promises")):
        run_due()
        machine_clock(hours * HOUR)
        assert {one.job: one.outcome for one in run_due()} == dict.fromkeys(
            ["alarm", "promises", "test.job"], "not due"
        )
        assert overdue() == []
        silent_for(timedelta(minutes=11), job="test.job")
        assert {one.job: one.outcome for one in run_due()}["test.job"] == "done"
        before = dict(Heartbeat.objects.values_list("check_name", "looked_at"))
        run_due(names=("promises",))  # by the machine's clock some were an hour older
        assert dict(Heartbeat.objects.values_list("check_name", "looked_at")) == before
        machine_clock(timedelta(0))
        assert {one.job: one.outcome for one in run_due()}["test.job"] == "not due"
        assert overdue() == []
    assert (heard, mail.outbox) == ([], [])


def test_a_failing_job_is_told_once_a_day_and_tried_again_without_haste(heard: list[tuple[str, str]]) -> None:
    with with_alarm(job(fails)):
        run_due()
        run_due(names=("alarm",))
        run_due(names=("test.job", "alarm"))
        assert [state.failure for state in overview()] == ["", "ZeroDivisionError"]
        assert len(mail.outbox) == 1
        assert "ZeroDivisionError" in mail.outbox[0].body
        row = Alarm.objects.get()
        Alarm.objects.update(reference=row.reference.replace(row.reference[-10:], "2020-01-01"))  # a day later
        run_due(names=("alarm",))
    assert len(mail.outbox) == 2
    assert heard == [("test.job", "ZeroDivisionError")] * 2


def test_a_job_that_ran_out_of_time_is_taken_up_again_after_those_that_waited_longer() -> None:
    order: list[str] = []

    def long(run: Run) -> None:
        order.append("long")
        run.deadline = 0  # the seconds of this run are used
        assert run.spent

    def short(run: Run) -> None:
        order.append("short")

    with only(job(long, name="a.long"), job(short, name="b.short", every=timedelta(seconds=0))):
        assert [one.outcome for one in run_due()] == ["out of time", "done"]
        assert [one.outcome for one in run_due()] == ["out of time", "done"]
        Lease.objects.filter(job="b.short").update(started_at=timezone.now() - HOUR, done_at=timezone.now() - HOUR)
        run_due()
        assert order == ["long", "short", "long", "short", "short", "long"]
        assert Lease.objects.get(job="a.long").done_at is None


def test_a_job_that_asks_for_it_runs_first_and_the_overview_says_what_is_next() -> None:
    order: list[str] = []
    with only(job(lambda run: order.append("a"), name="a"), job(lambda run: order.append("z"), name="z", first=True)):
        run_due()
        assert order == ["z", "a"]
        state = overview()[0]
        assert state.next_at is not None
        assert state.started_at is not None
        assert state.now is not None
        assert timedelta(minutes=53) < state.next_at - state.started_at < timedelta(minutes=55)
        assert (state.running, state.overdue, state.failure) == (False, False, "")


def test_jobs_and_overdue_ones_are_listed_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with only(job(once), job(fails, name="test.failing")):
        run_due()
        silent_for(3 * HOUR)
        call_command("privacy_run", "--list", "--json")
        listed = {row["job"]: row for row in json.loads(capsys.readouterr().out)}
        with pytest.raises(SystemExit):
            call_command("privacy_run", "--check", "--json")
        late = json.loads(capsys.readouterr().out)
    assert listed["test.failing"]["failure"] == "ZeroDivisionError"
    assert listed["test.job"]["every_seconds"] == 3600
    assert listed["test.job"]["overdue"] is True
    assert listed["test.job"]["next_at"] is None
    assert {row["job"] for row in late} == {"test.job", "test.failing"}


def test_an_overdue_job_is_a_warning_of_the_database_checks() -> None:
    def warned() -> list[str]:
        return [str(one.msg) for one in run_checks(databases=["default"]) if one.id == "onvif_privacy.W003"]

    with only(job(once)):
        assert warned() == []
        run_due()
        assert warned() == []
        silent_for(3 * HOUR)
        assert warned() == ["Jobs are overdue: test.job."]


def test_the_databases_clock_is_the_same_in_every_zone_of_a_session() -> None:
    with only(job(once)):
        run_due()
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute("SET time_zone = '+05:00'")
    # On PostgreSQL Django sets the zone of each session itself; SQLite has none.
    try:
        row = Lease.objects.annotate(now=DatabaseNow()).get()
        assert abs(row.now - timezone.now()) < timedelta(minutes=1)
    finally:
        connection.close()
