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

Span = timedelta | Callable[[], timedelta]


def duration(words: str) -> timedelta:
    """Read ``"30s"``, ``"5m"``, ``"1h"`` or ``"1d"``; raises DeclarationError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4})([smhd])", words)
    if not found:
        raise DeclarationError(f"{words!r} is not a duration such as 30s, 5m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _length(span: Span) -> timedelta:
    return span() if callable(span) else span


@dataclass(frozen=True)
class Job:
    """Something that is due at an interval.

    ``every`` and ``alarm`` are spans, or functions that read one from a setting; read them as ``interval`` and
    ``silence``. ``lease`` is how long one step may take before another machine may take over; ``first`` asks to run
    before the others.
    """

    name: str
    run: Callable[[Run], None]
    every: Span
    lease: timedelta
    alarm: Span | None = None
    text: str = ""
    first: bool = False

    @property
    def interval(self) -> timedelta:
        """Time from one start to the next."""
        return _length(self.every)

    @property
    def silence(self) -> timedelta:
        """Silence after which the job is overdue: twice the interval unless said otherwise."""
        return 2 * self.interval if self.alarm is None else _length(self.alarm)


jobs: Registry[Job] = Registry(Job, "job", lambda item: item.name)


def _span(words: str | Callable[[], timedelta]) -> Span:
    return duration(words) if isinstance(words, str) else words


def job(
    name: str,
    *,
    every: str | Callable[[], timedelta],
    lease: str = "2m",
    alarm: str | Callable[[], timedelta] | None = None,
    first: bool = False,
) -> Callable[[Callable[[Run], None]], Job]:
    """Declare the decorated function as a job.

    It must be idempotent, do its work in ``with run.step():`` transactions, and stop when ``run.spent`` is true; it
    is then taken up again in the next run.
    """

    def decorate(function: Callable[[Run], None]) -> Job:
        text = (function.__doc__ or "").strip().partition("\n")[0]
        silence = None if alarm is None else _span(alarm)
        made = Job(name, function, _span(every), duration(lease), silence, text, first)
        declare_at(f"{function.__module__}:{function.__code__.co_firstlineno}", made)
        return made

    return decorate
