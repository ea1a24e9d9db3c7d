"""Running what is due, once, on whichever machine holds the lease by the database's clock."""

from __future__ import annotations

import copy
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import router, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils import timezone

from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs.registry import Job, jobs
from onvif_privacy.core.models import Lease
from onvif_privacy.core.signals import job_alarmed

logger = logging.getLogger(__name__)

Outcome = Literal["done", "not due", "held elsewhere", "out of time", "failed"]


class LeaseLost(Exception):
    """Another machine holds the job now; the step was rolled back."""


@dataclass(frozen=True)
class Result:
    """What became of one job in one run; ``reason`` is the class of the exception for a failed one."""

    job: str
    outcome: Outcome
    reason: str = ""


def _using() -> str:
    return router.db_for_write(Lease)


def _later(delta: timedelta) -> ExpressionWrapper[CombinedExpression]:
    return ExpressionWrapper(Now() + Value(delta), output_field=DateTimeField())


class Run:
    """One run of one job: the lease it holds and the time it has left."""

    def __init__(self, job: Job, lease: Lease, deadline: float, progress: Callable[[str], None]) -> None:
        self.job = job
        self.cursor: dict[str, Any] = lease.cursor
        self.progress = progress
        self._token = lease.token
        self._deadline = deadline

    @property
    def spent(self) -> bool:
        """Whether the seconds of this run are used."""
        return time.monotonic() >= self._deadline

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction that first confirms the lease and last saves ``cursor``; raises LeaseLost.

        A machine that slept past its lease finds another token and does nothing.
        """
        before = copy.deepcopy(self.cursor)
        rows = Lease.objects.using(_using()).filter(job=self.job.name, token=self._token)
        try:
            with transaction.atomic(using=_using()):
                if not rows.filter(until__gt=Now()).update(until=_later(self.job.lease)):
                    raise LeaseLost(self.job.name)
                yield
                # The row is ours until commit, even if the step took longer than the lease.
                if self.cursor != before:
                    rows.update(cursor=self.cursor)
        except BaseException:
            self.cursor = before  # what was rolled back was not done
            raise


def _take(job: Job, holder: str) -> Lease | None:
    rows = Lease.objects.using(_using())
    rows.bulk_create([Lease(job=job.name, until=timezone.now() - timedelta(days=1))], ignore_conflicts=True)
    free = rows.filter(job=job.name, until__lt=Now())
    if not free.update(holder=holder, token=F("token") + 1, until=_later(job.lease), started_at=Now()):
        return None
    lease = rows.get(job=job.name)
    return lease if lease.holder == holder else None


def _finish(job: Job, lease: Lease, **changes: Any) -> None:
    rows = Lease.objects.using(_using()).filter(job=job.name, token=lease.token)
    rows.update(until=_later(timedelta(seconds=-1)), **changes)


def _due(job: Job, done: datetime | None) -> bool:
    return done is None or timezone.now() - done >= job.every


def _run_one(job: Job, holder: str, deadline: float, progress: Callable[[str], None], *, asked: bool) -> Result:
    lease = _take(job, holder)
    if lease is None:
        return Result(job.name, "held elsewhere")
    if not asked and not _due(job, lease.done_at):  # another machine finished it between our look and our lease
        _finish(job, lease)
        return Result(job.name, "not due")
    try:
        job.run(Run(job, lease, deadline, progress))
    except LeaseLost:
        return Result(job.name, "held elsewhere")
    except Exception as error:
        logger.exception("job %s failed", job.name)
        _finish(job, lease, failed_at=Now(), failure=type(error).__name__)
        job_alarmed.send_robust(Job, job=job.name, reason=type(error).__name__)
        return Result(job.name, "failed", type(error).__name__)
    _finish(job, lease, done_at=Now(), failed_at=None, failure="")
    return Result(job.name, "done")


def run_due(
    *,
    names: tuple[str, ...] = (),
    seconds: int | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Result]:
    """Run every job that is due, or the named ones whether due or not; returns one result for each, by name.

    Safe on several machines at once. Raises NotDeclared for an unknown name.
    """
    chosen = [jobs.get(name) for name in names] or list(jobs.all())
    done = dict(Lease.objects.using(_using()).values_list("job", "done_at"))
    deadline = time.monotonic() + (seconds or conf.JOB_SECONDS)
    holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"
    results = []
    for job in chosen:
        if not names and not _due(job, done.get(job.name)):
            results.append(Result(job.name, "not due"))
            continue
        if time.monotonic() >= deadline:
            results.append(Result(job.name, "out of time"))
            continue
        progress(job.name)
        results.append(_run_one(job, holder, deadline, progress, asked=bool(names)))
    return results


def overdue() -> list[Job]:
    """Return the jobs that have been silent for longer than their alarm time; never-run jobs count once any job ran."""
    done = dict(Lease.objects.using(_using()).values_list("job", "done_at"))
    if not any(done.values()):
        return []
    now = timezone.now()
    return [job for job in jobs.all() if (last := done.get(job.name)) is None or now - last > job.alarm]
