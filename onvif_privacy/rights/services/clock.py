"""The clock of a request: pure functions of dates, the same on every machine and in every zone.

It starts at receipt and never pauses, and weekends do not move it; both are stricter than Regulation 1182/71 asks.
Source: GDPR Art. 12(3); statement clause ``rights``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, tzinfo

MAX_MONTHS = 2
STAGES = (50, 80, 100)  # per cent of the time, at which staff are told
LAST = time(23, 59, 59)


def later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the last second of a day in a zone."""
    return datetime.combine(day, LAST, tzinfo=zone)


def due(received: datetime, zone: tzinfo) -> datetime:
    """Return when a request must be answered: one month after the day of receipt, at the end of that day."""
    return end_of(later(received.astimezone(zone).date(), 1), zone)


def extended(due: datetime, months: int) -> datetime:
    """Return the later end of an extension by one or two months; raises ValueError for any other number.

    Counted from the first due date, in its own zone: an answer is never due later than three months after receipt.
    """
    if months not in range(1, MAX_MONTHS + 1):
        raise ValueError("A request can be extended by one or two months.")
    if due.tzinfo is None:
        raise ValueError("The due date needs a zone.")
    return end_of(later(due.date(), months), due.tzinfo)


def stage(received: datetime, end: datetime, now: datetime) -> int:
    """Return how much of the time is used: 0, 50, 80 or 100 per cent, rounded down to one of these."""
    if now > end:
        return 100
    used = (now - received) / (end - received) * 100 if end > received else 100
    return max((one for one in STAGES if used >= one), default=0)
