"""What the Popularity page shows. Reads counts only: nothing here is about a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import (
    Batch,
    Browser,
    BrowserDay,
    ExclusionDay,
    FaultDay,
    Page,
    PageDay,
    PageHour,
    Process,
    Reason,
    Referrer,
    ReferrerDay,
    Visit,
)
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.periods import Period

TOP = 50
LIVE_MINUTES = 30
# A process writes its books at least this often while it has anything to write; older ones that held visits are gone.
GONE_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Line:
    """One line of a table: name, visits, visits of the previous period."""

    name: str
    visits: int
    before: int = 0

    @property
    def change_percent(self) -> int | None:
        """Change against the previous period in percent; None where there was nothing before."""
        return round((self.visits - self.before) * 100 / self.before) if self.before else None


@dataclass(frozen=True)
class Fault:
    """Failed requests for one page from one referring site; ``status`` is 4 (not found, refused) or 5 (failed)."""

    name: str
    referrer: str
    status: int
    visits: int


@dataclass(frozen=True)
class Total:
    """Sums of a period."""

    visits: int
    before: int
    submissions: int
    failures: int

    @property
    def change_percent(self) -> int | None:
        """Change against the previous period in percent; None where there was nothing before."""
        return round((self.visits - self.before) * 100 / self.before) if self.before else None


@dataclass(frozen=True)
class Ledger:
    """The law over all processes: accepted = stored + dropped by reason + pending + lost.

    ``lost`` is what a process held that is gone without settling. ``bots`` were recognised after the request and are
    no loss, so they stand apart from ``dropped``.
    """

    accepted: int
    stored: int
    bots: int
    dropped: Mapping[str, int]
    pending: int
    lost: int

    @property
    def balanced(self) -> bool:
        """Whether the law holds."""
        return self.accepted == self.stored + self.bots + sum(self.dropped.values()) + self.pending + self.lost


def totals(period: Period) -> Total:
    """Return the sums of a period; one query."""
    rows = PageDay.objects.between(period.previous.first, period.last).order_by()
    now, before = rows.filter(day__gte=period.first), rows.filter(day__lt=period.first)
    sums = now.aggregate(visits=Sum("visits"), submissions=Sum("submissions"), failures=Sum("failures"))
    earlier = before.aggregate(visits=Sum("visits"))["visits"]
    return Total(sums["visits"] or 0, earlier or 0, sums["submissions"] or 0, sums["failures"] or 0)


def pages(period: Period, *, limit: int = TOP) -> list[Line]:
    """Return the most visited pages, each with its visits in the period before."""
    rows = list(PageDay.objects.between(period.first, period.last).by("page_id")[:limit])
    return _named(rows, "page_id", Page, PageDay, period)


def services(period: Period) -> list[Line]:
    """Return the services of the site, the most popular first; one query. Empty where none are declared."""
    names = {f"service_{number}": (name, _starts(conf.SERVICES[name])) for number, name in enumerate(conf.SERVICES)}
    if not names:
        return []
    sums: dict[str, Sum] = {}
    for key, (_name, pages) in names.items():
        sums[key] = Sum("visits", filter=pages & Q(day__gte=period.first))
        sums[f"{key}_before"] = Sum("visits", filter=pages & Q(day__lt=period.first))
    found = PageDay.objects.between(period.previous.first, period.last).order_by().aggregate(**sums)
    lines = [Line(name, found[key] or 0, found[f"{key}_before"] or 0) for key, (name, _pages) in names.items()]
    return sorted(lines, key=lambda line: (-line.visits, line.name))


def _starts(places: Iterable[str]) -> Q:
    """Pages whose address or route begins with one of ``places``; none for no places."""
    chosen = Q(pk__in=())
    for place in places:
        chosen |= Q(page__path__startswith=place) | Q(page__path="", page__route__startswith=place)
    return chosen


def quality(period: Period, *, limit: int = TOP) -> list[Fault]:
    """Return where most requests failed, with the site that sent the visitor there: broken links and broken pages."""
    rows = list(FaultDay.objects.between(period.first, period.last).by("page_id", "referrer_id", "status")[:limit])
    pages = Page.objects.in_bulk([row["page_id"] for row in rows])
    sites = Referrer.objects.in_bulk([row["referrer_id"] for row in rows])
    return [
        Fault(str(pages[row["page_id"]]), str(sites[row["referrer_id"]]), row["status"], row["total"]) for row in rows
    ]


def live(now: dt.datetime | None = None) -> list[Line]:
    """Return the pages of the last `LIVE_MINUTES`, from single visits."""
    since = (now or timezone.now()) - dt.timedelta(minutes=LIVE_MINUTES)
    found = Visit.objects.filter(at__gte=since, status__lt=4).values("page_id").annotate(total=Count("pk"))
    rows = list(found.order_by("-total", "page_id")[:TOP])
    pages = Page.objects.in_bulk([row["page_id"] for row in rows])
    return [Line(str(pages[row["page_id"]]), row["total"]) for row in rows]


def referrers(period: Period, *, limit: int = TOP) -> list[Line]:
    """Return the sites that most visits came from."""
    rows = list(ReferrerDay.objects.between(period.first, period.last).by("referrer_id")[:limit])
    return _named(rows, "referrer_id", Referrer, ReferrerDay, period)


def browsers(period: Period, *, limit: int = TOP) -> list[Line]:
    """Return the browsers that most visits were made with, whatever system they ran on."""
    rows = BrowserDay.objects.between(period.first, period.last).by("browser__family")[:limit]
    return [Line(str(Browser(family=row["browser__family"])), row["total"]) for row in rows]


def _named(rows: list[dict[str, Any]], key: str, names: Any, counts: Any, period: Period) -> list[Line]:
    numbers = [row[key] for row in rows]
    known = names.objects.in_bulk(numbers)
    earlier = counts.objects.between(period.previous.first, period.previous.last).filter(**{f"{key}__in": numbers})
    before = {row[key]: row["total"] for row in earlier.by(key)}
    return [Line(str(known[row[key]]), row["total"], before.get(row[key], 0)) for row in rows]


def by_day(period: Period) -> list[tuple[dt.date, int]]:
    """Return the visits of each day, days without any included."""
    found = PageDay.objects.between(period.first, period.last).by_day()
    return [(day, found.get(day, 0)) for day in period.every_day()]


def by_hour(period: Period) -> list[tuple[int, int]]:
    """Return the visits of each hour of the day (0 to 23, site's time zone), summed over the period."""
    start, end = clock.bounds(period.first, period.last)
    sums = [0] * 24
    for hour, visits in PageHour.objects.between(start, end).by_hour().items():
        local = hour.astimezone(clock.zone()) if settings.USE_TZ else hour
        sums[local.hour] += visits
    return list(enumerate(sums))


def exclusions(period: Period) -> list[Line]:
    """Return the requests that were left out, by reason."""
    rows = ExclusionDay.objects.between(period.first, period.last).by("reason")
    return [Line(str(Reason(row["reason"]).label), row["total"]) for row in rows]


def fresh_at() -> dt.datetime | None:
    """Return when something was last stored; None where nothing ever was."""
    found: dt.datetime | None = Batch.objects.aggregate(at=Max("at"))["at"]
    return found


def ledger(now: dt.datetime | None = None) -> Ledger:
    """Add up the books of all processes that are kept."""
    return _added(Process.objects.all().iterator(), (now or timezone.now()) - GONE_AFTER)


def _added(processes: Iterable[Process], gone_before: dt.datetime) -> Ledger:
    accepted = stored = pending = lost = 0
    dropped: dict[str, int] = {}
    for process in processes:
        accepted += process.accepted
        stored += process.stored
        if process.seen < gone_before:
            lost += process.pending
        else:
            pending += process.pending
        for reason, number in process.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + number
    return Ledger(accepted, stored, dropped.pop("bot", 0), dropped, pending, lost)
