"""Which version is in force, derived from the rows of effect alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.statement.models import Effect, Version
from onvif_privacy.statement.services.timeline import following, in_force, timeline

START = datetime(2026, 1, 1, tzinfo=UTC)


def effects(*plan: tuple[int, datetime]) -> list[Effect]:
    """Make unsaved effects in the order of recording."""
    versions = {number: Version(number=number) for number, _at in plan}
    return [Effect(version=versions[number], effective_at=at) for number, at in plan]


def numbers(*plan: tuple[int, datetime]) -> list[tuple[int, datetime]]:
    return [(step.version.number, step.at) for step in timeline(effects(*plan))]


def test_nothing_is_in_force_before_the_first_effect() -> None:
    steps = timeline(effects((1, START)))
    assert in_force(steps, START - timedelta(microseconds=1)) is None
    assert in_force(steps, START) == steps[0]
    assert following(steps, START) is None


def test_effect_recorded_last_counts() -> None:
    assert numbers((1, START), (1, START + timedelta(days=5))) == [(1, START + timedelta(days=5))]


def test_later_version_waits_for_a_postponed_earlier_one() -> None:
    late = START + timedelta(days=60)
    plan = ((1, START), (2, START + timedelta(days=30)), (3, START + timedelta(days=31)), (2, late))
    assert numbers(*plan) == [(1, START), (2, late), (3, late)]
    step = in_force(timeline(effects(*plan)), late)
    assert step is not None
    assert step.version.number == 3


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 400)), min_size=1, max_size=12), st.integers(0, 500))
def test_one_version_at_each_moment_and_never_an_older_one_again(plan: list[tuple[int, int]], hours: int) -> None:
    steps = timeline(effects(*((number, START + timedelta(hours=at)) for number, at in plan)))
    moment = START + timedelta(hours=hours)
    now, later = in_force(steps, moment), in_force(steps, moment + timedelta(hours=1))
    assert not now or (later and later.version.number >= now.version.number)
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_midnight_in_any_zone_and_nights_of_clock_changes_have_one_version_each() -> None:
    zones = [ZoneInfo(name) for name in ("Etc/GMT+12", "Etc/GMT-14", "Europe/Berlin", "America/New_York")]
    nights = [datetime(2026, month, day) for month, day in ((3, 8), (3, 29), (10, 25), (11, 1))]  # noqa: DTZ001
    moments = sorted(night.replace(tzinfo=zone) for zone in zones for night in nights)
    steps = timeline(effects(*enumerate(moments, 1)))
    chance = random.Random(2)
    for _moment in range(1000):
        moment = moments[0] + timedelta(seconds=chance.randrange(-1000, 300 * 86_400))
        step = in_force(steps, moment)
        assert (step.version.number if step else 0) == sum(at <= moment for at in moments)
