"""The verdict of a past moment: what the checks had seen last by then, and that nobody looked (S17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import DateTimeField, Value
from django.utils import timezone

from onvif_privacy.core import promises
from onvif_privacy.core.models import Proof
from onvif_privacy.core.promises import Finding, Looked, Verdict, checks, running

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAUSE = "security"
MINE = [one for one in checks.all() if one.promise.clause.slug == CLAUSE and one.kind.value != "A"]


def see(monkeypatch: pytest.MonkeyPatch, hours: float, verdict: str) -> None:
    """Let every check of the clause look, and the first one see ``verdict``."""
    moment = START + timedelta(hours=hours)
    monkeypatch.setattr(running, "DatabaseNow", lambda: Value(moment, output_field=DateTimeField()))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    for check in MINE:
        seen = Verdict(verdict) if check is MINE[0] else Verdict.KEPT
        found = (Finding("somewhere", "is wrong"),) if seen is Verdict.BROKEN else ()
        running.keep(Looked(check, seen, found, 1))


def at(hours: float) -> str:
    return promises.verdict_at(CLAUSE, START + timedelta(hours=hours)).value


def test_three_changes_and_one_gap_give_the_right_verdict_at_each_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    ttl = min(one.ttl for one in MINE).total_seconds() / 3600
    long = max(one.ttl for one in MINE).total_seconds() / 3600
    steps = [(0, "kept"), (1, "broken"), (2, "kept"), (2 + ttl / 2, "kept")]
    for hours, verdict in steps:
        see(monkeypatch, hours, verdict)
    last, back = 2 + ttl / 2, 2 + ttl / 2 + long + 5
    expected = {
        -1: "unproven",
        0.5: "kept",
        1.5: "broken",
        2.5: "kept",
        last + ttl - 0.1: "kept",
        last + ttl + 0.1: "stale",
    }
    assert {hours: at(hours) for hours in expected} == expected  # while the gap lasts
    see(monkeypatch, back, "kept")
    see(monkeypatch, back + 1, "unproven")
    expected |= {back - 0.1: "stale", back + 0.5: "kept", back + 1.5: "unproven"}
    assert {hours: at(hours) for hours in expected} == expected  # and ever after
    assert Proof.objects.filter(check_name=MINE[0].name).count() == 3 + 2 + 1


def test_what_was_broken_does_not_heal_by_not_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    see(monkeypatch, 0, "broken")
    see(monkeypatch, 2000, "broken")
    assert (at(1000), at(2001)) == ("broken", "broken")
