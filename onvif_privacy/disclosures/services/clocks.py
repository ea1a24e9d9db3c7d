"""When an answer is due: pure functions over what happened. Nothing here asks what time it is.

The earlier reading always wins. A local time is reached at the first instant at which the clock on the wall shows it or
a later one: where a zone change skips it, that is the change itself; where it occurs twice, the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

Kind = Literal["hours", "days", "business_days", "on_paper", "none"]
STEPS: Final = (50, 75, 90, 100)
"""Shares of the time, in percent, at which somebody is told."""

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_MOST_DAYS: Final = 4000  # ten years: a longer clock is a mistake in the row


@dataclass(frozen=True)
class Rule:
    """How a regime counts. ``pauses`` are the reasons that stop the clock; ``rolls`` moves a due day off a free day."""

    kind: Kind
    length: int = 0
    zone: str = "UTC"
    pauses: frozenset[str] = frozenset()
    holidays: frozenset[date] = frozenset()
    rolls: bool = False

    def is_business_day(self, day: date) -> bool:
        """Whether it is neither a weekend nor a holiday."""
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True)
class Pause:
    """A time in which something was waited for; without an end it still goes on."""

    reason: str
    since: datetime
    until: datetime | None = None


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return, in UTC, when the clock on the wall first shows a naive local time or a later one."""
    found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    # The time is skipped. Read by the offset after the change it lies before the change, and the other way round.
    low = int(local.replace(tzinfo=zone, fold=1).timestamp())
    high = int(found.timestamp())
    offset = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if datetime.fromtimestamp(middle, zone).utcoffset() == offset else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _stops(rule: Rule, pauses: Iterable[Pause]) -> list[tuple[datetime, datetime | None]]:
    """Return the times in which the clock stood, in order; where they overlap, they are one."""
    found: list[tuple[datetime, datetime | None]] = []
    for pause in sorted((one for one in pauses if one.reason in rule.pauses), key=lambda one: one.since):
        last = found[-1] if found else None
        if last is None or (last[1] is not None and pause.since > last[1]):
            found.append((pause.since, pause.until))
        elif last[1] is not None and (pause.until is None or pause.until > last[1]):
            found[-1] = (last[0], pause.until)
    return found


def _hours(rule: Rule, start: datetime, stops: Sequence[tuple[datetime, datetime | None]]) -> datetime | None:
    at, left = start.astimezone(UTC), timedelta(hours=rule.length)
    for since, until in stops:
        if since >= at + left:
            break
        left -= max(since - at, timedelta())
        if until is None:
            return None
        at = max(at, until.astimezone(UTC))
    return at + left


def _counted(
    rule: Rule, start: datetime, stops: Sequence[tuple[datetime, datetime | None]]
) -> Iterator[tuple[date, bool]]:
    """Yield each day after the start, and whether it counts: its midnight lies in no pause, and it is a working day.

    Ends where a pause without end begins.
    """
    zone = ZoneInfo(rule.zone)
    day = start.astimezone(zone).date()
    for _number in range(_MOST_DAYS):
        day += _DAY
        midnight = first_instant(datetime.combine(day, time()), zone)
        covering = [until for since, until in stops if since <= midnight and (until is None or midnight < until)]
        if None in covering:
            return
        yield day, not covering and (rule.kind == "days" or rule.is_business_day(day))


def _days(rule: Rule, start: datetime, stops: Sequence[tuple[datetime, datetime | None]]) -> datetime | None:
    zone = ZoneInfo(rule.zone)
    local = start.astimezone(zone).replace(tzinfo=None)
    left, due = rule.length, local.date()
    days = _counted(rule, start, stops)
    while left:
        found = next(days, None)
        if found is None:
            return None
        due, counts = found
        left -= counts
    while rule.rolls and not rule.is_business_day(due):
        due += _DAY
    return first_instant(datetime.combine(due, local.time()), zone)


def due(
    rule: Rule, *, start: datetime, pauses: Iterable[Pause] = (), on_paper: datetime | None = None
) -> datetime | None:
    """Return when the answer is due, in UTC; None where there is no clock, or while it stands.

    ``start`` and ``on_paper``, the date that the document itself sets, are aware.
    """
    if rule.kind == "none":
        return None
    if rule.kind == "on_paper":
        return on_paper.astimezone(UTC) if on_paper else None
    if rule.length == 0:
        return start.astimezone(UTC)
    count = _hours if rule.kind == "hours" else _days
    return count(rule, start, _stops(rule, pauses))


def reached(*, start: datetime, due: datetime, now: datetime) -> tuple[int, ...]:
    """Return the `STEPS` whose share of the time has passed. Asks what is due by now, so a missed run catches up."""
    whole = due - start
    return tuple(step for step in STEPS if now >= due or (now - start) * 100 >= whole * step)
