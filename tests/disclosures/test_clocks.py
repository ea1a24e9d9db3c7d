"""Due dates, against an oracle that looks at the clock on the wall minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.disclosures.services.clocks import Pause, Rule, due, first_instant, reached

MINUTE = timedelta(minutes=1)
HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2026, 4, 3), date(2024, 2, 29)})
# zone, and a day near which something odd happens
ODD = [
    ("UTC", "2024-02-28"),
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("Europe/Berlin", "2026-12-23"),
    ("America/Sao_Paulo", "2018-11-03"),  # midnight itself is skipped
    ("Asia/Beirut", "2022-03-26"),  # likewise
    ("America/St_Johns", "2010-11-06"),  # one minute past midnight becomes the evening before
    ("Australia/Lord_Howe", "2026-04-04"),  # half an hour
    ("Pacific/Apia", "2011-12-28"),  # a day is skipped
    ("Pacific/Chatham", "2026-09-26"),
    ("America/New_York", "2024-02-28"),
    ("Africa/Casablanca", "2026-02-14"),
]


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def stepped(rule: Rule, start: datetime, pauses: list[Pause]) -> datetime | None:
    """Say when it is due by walking there."""
    zone, now, left = ZoneInfo(rule.zone), start, rule.length * (60 if rule.kind == "hours" else 1)
    aim, day = wall(start, zone).time(), wall(start, zone).date()
    if rule.kind == "hours":
        while left:
            stopped = [
                p for p in pauses if p.reason in rule.pauses and p.since <= now and (p.until is None or now < p.until)
            ]
            if any(p.until is None for p in stopped):
                return None
            left -= not stopped
            now += MINUTE
        return now
    target = day if left == 0 else None
    while target is None or wall(now, zone) < datetime.combine(target, aim):
        now += MINUTE
        stopped = [
            p for p in pauses if p.reason in rule.pauses and p.since <= now and (p.until is None or now < p.until)
        ]
        while wall(now, zone).date() > day and target is None:  # midnight has struck
            day += timedelta(days=1)
            if any(p.until is None for p in stopped):
                return None
            working = day.weekday() < 5 and day not in rule.holidays
            left -= not stopped and (rule.kind == "days" or working)
            target = day if left == 0 else None
            while target and rule.rolls and (target.weekday() >= 5 or target in rule.holidays):
                target += timedelta(days=1)
    return now


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rule, datetime, list[Pause]]:
    zone, near = draw(st.sampled_from(ODD))
    kind = draw(st.sampled_from(["hours", "days", "business_days"]))
    rule = Rule(
        kind,  # type: ignore[arg-type]
        draw(st.integers(1, 90 if kind == "hours" else 5)),
        zone,
        frozenset({"asked", "court"}),
        HOLIDAYS,
        draw(st.booleans()) and kind != "hours",
    )
    start = datetime.fromisoformat(near).replace(tzinfo=UTC) + draw(st.integers(-300, 2000)) * MINUTE
    pauses = [
        Pause(reason, start + since * MINUTE, None if length is None else start + (since + length) * MINUTE)
        for reason, since, length in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["asked", "court", "lunch"]),
                    st.integers(0, 5000),
                    st.none() | st.integers(0, 3000),
                ),
                max_size=3,
            )
        )
    ]
    return rule, start, pauses


def agree(situation: tuple[Rule, datetime, list[Pause]]) -> None:
    rule, start, pauses = situation
    assert due(rule, start=start, pauses=pauses) == stepped(rule, start, pauses)


HOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=60, **HOW)  # type: ignore[arg-type]
@given(situations())
def test_due_dates_are_those_of_the_clock_on_the_wall(situation: tuple[Rule, datetime, list[Pause]]) -> None:
    agree(situation)


@pytest.mark.full
@settings(max_examples=100_000, **HOW)  # type: ignore[arg-type]
@given(situations())
def test_due_dates_are_those_of_the_clock_on_the_wall_100_000_times(
    situation: tuple[Rule, datetime, list[Pause]],
) -> None:
    agree(situation)


def berlin(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("kind", "length", "start", "expected"),
    [
        ("hours", 8, "2026-03-28 22:00", "2026-03-29 07:00"),  # one of the eight does not exist
        ("days", 10, "2026-03-20 02:30", "2026-03-30 02:30"),
        ("days", 9, "2026-03-20 02:30", "2026-03-29 03:00"),  # half past two is skipped
        ("days", 7, "2026-10-18 02:30", "2026-10-25 02:30"),  # and here it is twice: the first
        ("days", 1, "2024-02-28 12:00", "2024-02-29 12:00"),
        ("business_days", 3, "2026-12-23 09:00", "2026-12-29 09:00"),
        ("days", 3, "2026-12-23 09:00", "2026-12-26 09:00"),  # a free day, not rolled forward
    ],
)
def test_examples(kind: str, length: int, start: str, expected: str) -> None:
    rule = Rule(kind, length, "Europe/Berlin", holidays=HOLIDAYS)  # type: ignore[arg-type]

    assert due(rule, start=berlin(start)) == berlin(expected).astimezone(UTC)


def test_only_listed_reasons_stop_the_clock_and_overlaps_count_once() -> None:
    rule, start = Rule("hours", 10, pauses=frozenset({"asked"})), datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    pauses = [Pause("asked", start + hour, start + 4 * hour), Pause("asked", start + 2 * hour, start + 3 * hour)]

    assert due(rule, start=start, pauses=[Pause("lunch", start, None)]) == start + 10 * hour
    assert due(rule, start=start, pauses=pauses) == start + 13 * hour
    assert due(rule, start=start, pauses=[*pauses, Pause("asked", start + 13 * hour, None)]) == start + 13 * hour
    assert due(rule, start=start, pauses=[*pauses, Pause("asked", start + 12 * hour, None)]) is None


def test_clocks_that_do_not_count() -> None:
    start, paper = datetime(2026, 1, 1, tzinfo=UTC), berlin("2026-02-01 10:00")

    assert due(Rule("none", 5), start=start) is None
    assert due(Rule("on_paper"), start=start) is None
    assert due(Rule("on_paper"), start=start, on_paper=paper) == paper
    assert due(Rule("days", 0), start=start) == start
    assert due(Rule("business_days", 9_000), start=start) is None


def test_a_skipped_day_is_reached_when_it_is_skipped() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert first_instant(datetime.fromisoformat("2011-12-30 12:00"), apia) == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_shares_of_the_time_that_have_passed() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = start + timedelta(hours=100)

    passed = {
        hours: reached(start=start, due=end, now=start + timedelta(hours=hours)) for hours in (49, 50, 89, 90, 500)
    }
    assert passed == {49: (), 50: (50,), 89: (50, 75), 90: (50, 75, 90), 500: (50, 75, 90, 100)}
    assert reached(start=start, due=start, now=start) == (50, 75, 90, 100)
