"""The clock agrees with one that counts days, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.rights.services import clock

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo")
MOMENTS = st.datetimes(datetime(1996, 1, 1), datetime(2103, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def counted(day: date, months: int) -> date:
    """The other implementation: walk day by day into the wanted month, and stop at the day or the month's end."""
    passed, at = 0, day
    while passed < months:
        before, at = at, at + timedelta(days=1)
        passed += at.month != before.month
    while at.day < day.day and (at + timedelta(days=1)).month == at.month:
        at += timedelta(days=1)
    return at


@given(received=MOMENTS, zone=st.sampled_from(ZONES))
def test_due_date_agrees_with_a_walk_through_the_days(received: datetime, zone: str) -> None:
    found = clock.due(received, ZoneInfo(zone))
    assert found.date() == counted(received.astimezone(ZoneInfo(zone)).date(), 1)
    assert found.strftime("%H:%M:%S") == "23:59:59"


@given(received=MOMENTS, zone=st.sampled_from(ZONES), months=st.sampled_from((1, 2)))
def test_extension_agrees_with_a_walk_and_stays_within_three_months(received: datetime, zone: str, months: int) -> None:
    first = clock.due(received, ZoneInfo(zone))
    longer = clock.extended(first, months)
    assert longer.date() == counted(first.date(), months)
    assert first < longer <= clock.end_of(counted(received.astimezone(ZoneInfo(zone)).date(), 3), ZoneInfo(zone))


@pytest.mark.full
def test_ten_thousand_days_in_six_zones_agree() -> None:
    for number in range(10_000):
        received = datetime(2004, 1, 1, 23, 30, tzinfo=UTC) + timedelta(days=number, hours=number % 24)
        for zone in map(ZoneInfo, ZONES):
            day = received.astimezone(zone).date()
            first = clock.due(received, zone)
            assert first == clock.end_of(counted(day, 1), zone)
            for months in (1, 2):
                assert clock.extended(first, months).date() == counted(first.date(), months)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2025-01-31T12:00:00+00:00", date(2025, 2, 28)),
        ("2028-01-31T12:00:00+00:00", date(2028, 2, 29)),
        ("2025-01-15T12:00:00+00:00", date(2025, 2, 15)),
        ("2025-12-31T12:00:00+00:00", date(2026, 1, 31)),
    ],
)
def test_due_on_the_same_day_of_the_next_month_or_its_last(received: str, expected: date) -> None:
    assert clock.due(datetime.fromisoformat(received), UTC).date() == expected


def test_day_of_receipt_is_that_of_the_zone() -> None:
    evening = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)
    assert clock.due(evening, ZoneInfo("Europe/Berlin")).date() == date(2025, 5, 1)
    assert clock.due(evening, UTC).date() == date(2025, 4, 30)


@pytest.mark.parametrize("months", [0, 3, -1])
def test_extension_by_more_than_two_months_is_refused(months: int) -> None:
    with pytest.raises(ValueError, match="one or two"):
        clock.extended(datetime(2025, 2, 1, tzinfo=UTC), months)


def test_extension_of_a_date_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock.extended(datetime(2025, 2, 1), 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("used", "expected"), [(0, 0), (49.9, 0), (50, 50), (79, 50), (80, 80), (100, 100), (130, 100)]
)
def test_staff_are_told_at_half_at_four_fifths_and_at_the_end(used: float, expected: int) -> None:
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 11, tzinfo=UTC)
    assert clock.stage(start, end, start + (end - start) * used / 100) == expected


def test_a_request_that_arrives_when_it_is_due_has_no_time_left() -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    assert clock.stage(moment, moment, moment) == 100
