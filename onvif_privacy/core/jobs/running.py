"""Running what is due, once, on whichever machine holds the lease."""

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
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from django.db import transaction

from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs import leases
from onvif_privacy.core.jobs.leases import State
from onvif_privacy.core.jobs.registry import Job, jobs
from onvif_privacy.core.jobs.turns import turn
from onvif_privacy.core.models import Lease
from onvif_privacy.core.signals import job_alarmed

logger = logging.getLogger(__name__)

Outcome = Literal["done", "not due", "held elsewhere", "out of time", "failed"]
_NEVER = datetime.min.replace(tzinfo=UTC)


class LeaseLost(Exception):
    """Another machine holds the job now; the step was rolled back."""


@dataclass(frozen=True)
class Result:
    """What became of one job in one run; ``reason`` is the class of the exception for a failed one."""

    job: str
    outcome: Outcome
    reason: str = ""


class Run:
    """One run of one job: the lease it holds, and the ``deadline`` (of `time.monotonic`) by which it should end."""

    def __init__(self, job: Job, lease: Lease, deadline: float, progress: Callable[[str], None]) -> None:
        self.job = job
        self.cursor: dict[str, Any] = lease.cursor
        self.progress = progress
        self.cut = False
        self.deadline = deadline
        self._token = lease.token

    @property
    def spent(self) -> bool:
        """Whether the seconds of this run are used. A job that was told so is taken up again in the next run."""
        self.cut = time.monotonic() >= self.deadline
        return self.cut

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction that first confirms the lease and last saves ``cursor``; raises LeaseLost.

        A machine that slept past its lease finds another token and does nothing.
        """
        before = copy.deepcopy(self.cursor)
        rows = leases.rows().filter(job=self.job.name, token=self._token)
        try:
            with turn(leases.using()):
                if not rows.filter(until__gt=DatabaseNow()).update(until=later(self.job.lease)):
                    raise LeaseLost(self.job.name)
                yield
                # The row is ours until commit, even if the step took longer than the lease.
                if self.cursor != before:
                    rows.update(cursor=self.cursor)
        except BaseException:
            self.cursor = before  # what was rolled back was not done
            raise


def alarmed(job: str, reason: str) -> None:
    """Tell whoever listens that a job failed or fell silent, once what was written about it is committed."""
    send = partial(job_alarmed.send_robust, Job, job=job, reason=reason)
    transaction.on_commit(send, using=leases.using())


def _run_one(job: Job, holder: str, token: int | None, deadline: float, progress: Callable[[str], None]) -> Result:
    lease = leases.take(job, holder, token)
    if lease is None:
        return Result(job.name, "held elsewhere")
    run = Run(job, lease, deadline, progress)
    try:
        job.run(run)
    except LeaseLost:
        return Result(job.name, "held elsewhere")
    except Exception as error:
        logger.exception("job %s failed", job.name)
        reason = type(error).__name__
        leases.give_back(job, lease, failed_at=DatabaseNow(), failure=reason)
        alarmed(job.name, reason)
        return Result(job.name, "failed", reason)
    if run.cut:
        leases.give_back(job, lease, failed_at=None, failure="")
        return Result(job.name, "out of time")
    leases.give_back(job, lease, done_at=DatabaseNow(), failed_at=None, failure="")
    return Result(job.name, "done")


def _order(state: State) -> tuple[bool, datetime, str]:
    """Those that ask for it first, then who waited longest: no job keeps another from running."""
    return not state.job.first, state.started_at or _NEVER, state.job.name


def run_due(
    *,
    names: tuple[str, ...] = (),
    seconds: int | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Result]:
    """Run every job that is due, or the named ones whether due or not; returns one result for each, in their order.

    Safe on several machines at once. Raises NotDeclared for an unknown name.
    """
    chosen = [jobs.get(name) for name in names] or list(jobs.all())
    states = leases.prepare(chosen)
    deadline = time.monotonic() + (seconds or conf.JOB_SECONDS)
    holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"
    results = []
    for state in sorted((states[job.name] for job in chosen), key=_order):
        job, token = state.job, None if names else state.token
        if not names and state.next_at:
            results.append(Result(job.name, "not due"))
        elif not names and state.running:  # it may end before we ask for the lease, and is not due then
            results.append(Result(job.name, "held elsewhere"))
        elif time.monotonic() >= deadline:
            results.append(Result(job.name, "out of time"))
        else:
            progress(job.name)
            results.append(_run_one(job, holder, token, deadline, progress))
    return results
