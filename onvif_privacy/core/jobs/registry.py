"""Declaring jobs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from onvif_privacy.core.registry import DeclarationError, Registry
from onvif_privacy.core.registry.base import declare_at

if TYPE_CHECKING:
    from onvif_privacy.core.jobs.running import Run

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(words: str) -> timedelta:
    """Read ``"30s"``, ``"5m"``, ``"1h"`` or ``"1d"``; raises DeclarationError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})([smhd])", words)
    if not found:
        raise DeclarationError(f"{words!r} is not a duration such as 30s, 5m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@dataclass(frozen=True)
class Job:
    """Something that is due at an interval.

    ``lease`` is how long one step may take before another machine may take over; ``alarm`` is the silence after
    which it counts as overdue (twice the interval unless said otherwise).
    """

    name: str
    run: Callable[[Run], None]
    every: timedelta
    lease: timedelta
    alarm: timedelta
    text: str = ""


jobs: Registry[Job] = Registry(Job, "job", lambda item: item.name)


def job(name: str, *, every: str, lease: str = "2m", alarm: str = "") -> Callable[[Callable[[Run], None]], Job]:
    """Declare the decorated function as a job.

    It must be idempotent, do its work in ``with run.step():`` transactions, and stop when ``run.spent`` is true.
    """

    def decorate(function: Callable[[Run], None]) -> Job:
        interval = duration(every)
        text = (function.__doc__ or "").strip().partition("\n")[0]
        made = Job(name, function, interval, duration(lease), duration(alarm) if alarm else 2 * interval, text)
        declare_at(f"{function.__module__}:{function.__code__.co_firstlineno}", made)
        return made

    return decorate
