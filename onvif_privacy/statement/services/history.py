"""What was published about a clause on each day, and on which days nobody looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

from django.db import router
from django.utils import timezone

from onvif_privacy.core.promises import Verdict
from onvif_privacy.core.promises.verdicts import worst
from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.services.status import read

DAYS = 90


@dataclass(frozen=True)
class Day:
    """A day of the site's time zone; no verdict means that the clause was not watched on some of it."""

    day: date
    verdict: Verdict | None


@dataclass(frozen=True)
class Period:
    """Days in a row with the same verdict."""

    first: date
    last: date
    verdict: Verdict | None


def days(slug: str, now: datetime | None = None) -> list[Day]:
    """Return the last 90 days of a clause, oldest first; days before the first status are left out. One query.

    A day has the worst verdict that was published on it. It counts as not watched if no status held for a part of it.
    """
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    start = _begins(today - timedelta(days=DAYS - 1))
    rows = StatusRelease.objects.using(router.db_for_write(StatusRelease))
    before = rows.filter(at__lt=start).order_by("-serial")[:1]
    spans = list(_spans([*before, *rows.filter(at__gte=start, at__lte=now).order_by("serial")], slug))
    if not spans:
        return []
    first = max(start, spans[0].begins)
    wanted = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    return [_day(day, spans, first, now) for day in wanted if _begins(day + timedelta(days=1)) > first]


@dataclass(frozen=True)
class _Span:
    """From when to when a status said something about the clause; None is a clause that it does not have."""

    begins: datetime
    ends: datetime
    verdict: Verdict | None


def _spans(rows: list[StatusRelease], slug: str) -> Iterator[_Span]:
    for row, following in zip_longest(rows, rows[1:]):
        said = {clause["slug"]: Verdict(clause["verdict"]) for clause in read(row).body["clauses"]}
        ends = min(row.valid_until, following.at) if following else row.valid_until
        yield _Span(row.at, ends, said.get(slug))


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(day: date, spans: list[_Span], first: datetime, now: datetime) -> Day:
    begins, ends = max(_begins(day), first), min(_begins(day + timedelta(days=1)), now)
    mine = [span for span in spans if span.begins < ends and span.ends > begins]
    if begins >= ends:  # it is midnight to the second
        mine = [span for span in spans if span.begins <= begins < span.ends]
    covered = begins
    for span in mine:
        if span.begins > covered or span.verdict is None:
            return Day(day, None)
        covered = max(covered, span.ends)
    watched = mine and covered >= ends
    return Day(day, worst(span.verdict for span in mine if span.verdict) if watched else None)


def periods(found: list[Day]) -> list[Period]:
    """Put days in a row with the same verdict together, newest first."""
    runs: list[Period] = []
    for one in found:
        if runs and runs[-1].verdict == one.verdict:
            runs[-1] = Period(runs[-1].first, one.day, one.verdict)
        else:
            runs.append(Period(one.day, one.day, one.verdict))
    return runs[::-1]
