"""When a clock runs out: a pure function of dates, the same on every machine and in every zone.

Days are those of the site's zone. Counted with the next day, a clock ends with the last second of a day; counted at
once, at the same time of day. Source: statement clause ``contact``; for months Regulation 1182/71, Art. 3(2)(c).
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LAST = time(23, 59, 59)
WEEK, WORKING = 7, 5
SATURDAY = 5


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weekdays_until(day: date) -> int:
    """Return how many days from Monday to Friday there are up to ``day``, since one fixed Monday."""
    weeks, rest = divmod(day.toordinal() - 1, WEEK)  # date(1, 1, 1) is a Monday
    return weeks * WORKING + min(rest + 1, WORKING)


def _weekdays_later(day: date, number: int) -> date:
    """Return the day on which so many days from Monday to Friday have passed after ``day``."""
    weeks, rest = divmod(_weekdays_until(day) + number - 1, WORKING)
    return date.fromordinal(weeks * WEEK + rest + 1)


def _between(days: Sequence[date], begin: date, end: date) -> int:
    """Return how many of some sorted days lie after ``begin`` and not after ``end``."""
    return bisect_right(days, end) - bisect_right(days, begin)


def days_later(begin: date, number: int, *, working: bool, left_out: Collection[date]) -> date:
    """Return the day on which so many days that count have passed after ``begin``."""
    skipped = sorted(day for day in set(left_out) if not working or day.weekday() < SATURDAY)
    end, counted = begin, 0
    while counted < number:
        missing = number - counted
        end = _weekdays_later(end, missing) if working else end + timedelta(days=missing)
        passed = _weekdays_until(end) - _weekdays_until(begin) if working else (end - begin).days
        counted = passed - _between(skipped, begin, end)
    return end


def due(
    begun: datetime,
    amount: int,
    unit: str,
    *,
    next_day: bool,
    zone: tzinfo,
    holidays: Collection[date] = (),
    paused: Collection[date] = (),
) -> datetime:
    """Return the end of a clock that began at an aware moment.

    ``unit`` is one of `ClockRule.Unit`; ``holidays`` count for working days, ``paused`` days for all units but hours
    and minutes. Raises ValueError for an unknown unit or less than 1.
    """
    if amount < 1:
        raise ValueError("A clock runs for 1 at least.")
    if unit in ("minutes", "hours"):
        return begun.astimezone(UTC) + timedelta(**{unit: amount})  # not by the hands of a clock that is put back
    local = begun.astimezone(zone)
    first = local.date()
    if unit == "months":
        amount, unit = (months_later(first, amount) - first).days, "days"
    if unit not in ("days", "business_days"):
        raise ValueError(f"There is no unit {unit!r}.")
    working = unit == "business_days"
    left_out = {*holidays, *paused} if working else set(paused)
    last = days_later(first, amount, working=working, left_out=left_out)
    return datetime.combine(last, LAST if next_day else local.timetz().replace(tzinfo=None), tzinfo=zone)
