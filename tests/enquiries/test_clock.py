"""The clock against another one that goes day by day, in many zones, over leap days, pauses and holidays."""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from onvif_privacy.enquiries.services import clock
from tests.core.counts import few_or_all

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue")]


def day_by_day(
    begun: datetime, amount: int, unit: str, next_day: bool, zone: ZoneInfo, holidays: set[date], paused: set[date]
) -> datetime:
    """Count one day after the other."""
    local = begun.astimezone(zone)
    day = local.date()
    if unit == "months":
        month = local.month - 1 + amount
        year, month = local.year + month // 12, month % 12 + 1
        target = date(year, month, min(local.day, monthrange(year, month)[1]))
        amount = 0
        while day + timedelta(days=amount) < target:
            amount += 1
    while amount:
        day += timedelta(days=1)
        works = unit != "business_days" or (day.isoweekday() <= 5 and day not in holidays)
        if works and day not in paused:
            amount -= 1
    return datetime.combine(day, time(23, 59, 59) if next_day else local.time(), tzinfo=zone)


@pytest.mark.parametrize("times", few_or_all(2_000, 100_000))
def test_it_equals_a_clock_that_goes_day_by_day(times: int) -> None:
    chance = random.Random(times)
    seen = set()
    for _turn in range(times):
        begun = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(4 * 366 * 86_400))
        unit = chance.choice(["days", "business_days", "months"])
        amount = chance.choice([1, 2, 5, 10, 20, 45, 90]) if unit != "months" else chance.randint(1, 14)
        zone, next_day = chance.choice(ZONES), chance.random() < 0.5
        near = [begun.date() + timedelta(days=number) for number in range(-3, 150)]
        holidays = set(chance.sample(near, chance.choice([0, 0, 1, 4, 12])))
        first = chance.choice(near)
        paused = {first + timedelta(days=number) for number in range(chance.choice([0, 0, 1, 7, 30]))}
        found = clock.due(begun, amount, unit, next_day=next_day, zone=zone, holidays=holidays, paused=paused)
        assert found == day_by_day(begun, amount, unit, next_day, zone, holidays, paused)
        assert found >= begun
        seen.add((unit, next_day, bool(holidays), bool(paused)))
    assert len(seen) == 24


@pytest.mark.parametrize(
    ("begun", "amount", "unit", "next_day", "ends"),
    [
        ("2026-01-31T10:00", 1, "months", True, "2026-02-28T23:59:59"),
        ("2024-01-31T10:00", 1, "months", True, "2024-02-29T23:59:59"),
        ("2026-06-19T23:30", 30, "days", True, "2026-07-19T23:59:59"),
        ("2026-03-28T02:30", 1, "days", False, "2026-03-29T02:30:00"),
        ("2026-10-23T12:00", 10, "business_days", True, "2026-11-06T23:59:59"),
        ("2026-10-24T12:00", 1, "business_days", True, "2026-10-26T23:59:59"),
        ("2026-10-24T12:00", 90, "minutes", False, "2026-10-24T13:30:00"),
        ("2026-10-24T23:00", 24, "hours", False, "2026-10-25T22:00:00"),
    ],
)
def test_cases_that_people_can_check(begun: str, amount: int, unit: str, next_day: bool, ends: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    found = clock.due(datetime.fromisoformat(begun).replace(tzinfo=zone), amount, unit, next_day=next_day, zone=zone)
    if unit == "hours":  # the night in which an hour comes twice
        assert found.astimezone(UTC) == datetime(2026, 10, 25, 21, tzinfo=UTC)
        return
    assert found.astimezone(zone).replace(tzinfo=None).isoformat() == ends


def test_no_clock_runs_for_nothing_or_in_unknown_units() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for amount, unit in ((0, "days"), (-1, "months"), (1, "weeks")):
        with pytest.raises(ValueError, match=r"clock|unit"):
            clock.due(now, amount, unit, next_day=True, zone=ZONES[0])
