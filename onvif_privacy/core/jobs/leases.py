"""Who may run a job now: leases and what is due, all by the database's clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import F, QuerySet

from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.jobs.registry import Job, jobs
from onvif_privacy.core.models import Lease

# Cron starts a minute's run a little earlier or later than the one before.
EARLY = 0.9
# A job that fails is tried again sooner than it is due, but a daily one not each minute.
RETRIES = 24


@dataclass(frozen=True)
class State:
    """One job as the database knows it; times are of the database's clock.

    ``started_at`` and ``done_at`` are of the last run and the last one that ended well; ``next_at`` is None where it
    is due now; ``failure`` is the class of the exception of the last run, empty if it went well.
    """

    job: Job
    now: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    running: bool = False
    overdue: bool = False
    token: int = 0

    @property
    def next_at(self) -> datetime | None:
        """When the job is due again."""
        if self.now is None or self.started_at is None:
            return None
        if self.failed_at and self.failed_at >= self.started_at:
            at = self.failed_at + self.job.interval / RETRIES
        elif self.done_at is None or self.done_at < self.started_at:  # killed, or out of time
            return None
        else:
            at = self.started_at + self.job.interval * EARLY
        return at if at > self.now else None


def using() -> str:
    """Return the alias of the database that holds the leases."""
    return router.db_for_write(Lease)


def rows() -> QuerySet[Lease]:
    """Return every lease."""
    return Lease.objects.using(using())


def _state(job: Job, row: Any) -> State:
    if row is None:
        return State(job)
    since = row.done_at or row.known_at
    return State(
        job,
        row.now,
        row.started_at,
        row.done_at,
        row.failed_at,
        row.failure,
        running=row.until > row.now,
        overdue=since is not None and row.now - since > job.silence,
        token=row.token,
    )


def overview() -> list[State]:
    """Return the state of every declared job, by name. One query.

    A job is overdue when its time of silence has passed since it last ended well, or since the first run that knew
    of it. On a site without cron none is.
    """
    found = {row.job: row for row in rows().annotate(now=DatabaseNow())}
    return [_state(job, found.get(job.name)) for job in jobs.all()]


def overdue() -> list[Job]:
    """Return the jobs that have been silent for too long."""
    return [state.job for state in overview() if state.overdue]


def prepare(wanted: Iterable[Job]) -> dict[str, State]:
    """Give each job a lease that can be taken; returns the state of all jobs by name. Two queries at most."""
    states = {state.job.name: state for state in overview()}
    fresh = [job for job in wanted if states[job.name].now is None]
    if not fresh:
        return states
    long_ago = later(timedelta(days=-1))
    made = [Lease(job=job.name, until=long_ago, known_at=DatabaseNow()) for job in fresh]
    rows().bulk_create(made, ignore_conflicts=True)
    return {state.job.name: state for state in overview()}


def take(job: Job, holder: str, token: int | None) -> Lease | None:
    """Take a lease that nobody holds; with a ``token``, only if nobody had it since that was seen."""
    free = rows().filter(job=job.name, until__lt=DatabaseNow())
    if token is not None:
        free = free.filter(token=token)
    changes = {"holder": holder, "token": F("token") + 1, "until": later(job.lease), "started_at": DatabaseNow()}
    if not free.update(**changes):
        return None
    lease = rows().get(job=job.name)
    return lease if lease.holder == holder else None


def give_back(job: Job, lease: Lease, **changes: Any) -> None:
    """End a lease, unless another machine has it by now."""
    rows().filter(job=job.name, token=lease.token).update(until=later(timedelta(seconds=-1)), **changes)
