"""The tables of the report, each in one query; names of pages and sites come in one more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Sum, Value
from django.db.models.functions import Concat
from django.utils import timezone

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import (
    AreaDay,
    Browser,
    BrowserDay,
    ExclusionDay,
    FaultDay,
    PageDay,
    PageHour,
    Reason,
    ReferrerDay,
    SiteDay,
    SiteHour,
    Visit,
)
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.names import Names, names
from onvif_privacy.visits.services.reports.shapes import Days, Fault, Line
from onvif_privacy.visits.services.reports.visitors import Visitors, visitors

TOP = 50
LIVE_MINUTES = 30
AREA = "area:"

Rows = list[dict[str, Any]]


def by_day(asked: Asked) -> Days:
    """Return the sums of a period and its days, with what was left out by reason and subject areas; one query."""
    first = asked.period.first
    sums = {"total": Sum("visits"), "forms": Sum("submissions"), "failed": Sum("failures")}
    found = asked.counts(SiteDay if asked.is_whole_site else PageDay).values("day").annotate(reason=Value(""), **sums)
    rows = found.values_list("day", "reason", "total", "forms", "failed")
    if not asked.is_narrow:  # what was left out is counted for the whole site only
        left_out = asked.counts(ExclusionDay).values("day").annotate(why=F("reason"), total=Sum("visits"))
        rows = rows.union(left_out.values_list("day", "why", "total", Value(0), Value(0)), all=True)
    about = asked.counts(AreaDay).values("day").annotate(why=Concat(Value(AREA), "area__slug"), total=Sum("visits"))
    rows = rows.union(about.values_list("day", "why", "total", Value(0), Value(0)), all=True)
    visits: dict[dt.date, int] = {}
    before = submissions = failures = 0
    reasons: dict[str, list[int]] = {}
    areas: dict[str, list[int]] = {}
    for day, reason, total, forms, failed in rows:
        if reason.startswith(AREA):
            areas.setdefault(reason.removeprefix(AREA), [0, 0])[day < first] += total
        elif reason:
            reasons.setdefault(reason, [0, 0])[day < first] += total
        elif day < first:
            before += total
        else:
            visits[day] = total
            submissions += forms
            failures += failed
    days = [(day, visits.get(day, 0)) for day in asked.period.every_day()]
    return Days(sum(visits.values()), before, submissions, failures, days, _reasons(reasons), areas)


def _reasons(counted: dict[str, list[int]]) -> dict[str, Line]:
    ordered = sorted(counted.items(), key=lambda item: (-item[1][0], item[0]))
    return {reason: Line(str(Reason(reason).label), now, before) for reason, (now, before) in ordered if now}


def page_rows(asked: Asked) -> Rows:
    """Return the numbers of the most visited pages, each with its visits in both periods; two queries.

    There may be thousands of pages: the period before is added up for those only that are shown.
    """
    days, first = asked.counts(PageDay), asked.period.first
    rows = list(days.filter(day__gte=first).by("page_id")[:TOP])
    earlier = days.filter(day__lt=first, page__in=[row["page_id"] for row in rows])
    before = dict(earlier.values_list("page_id").annotate(total=Sum("visits")))
    return [{"page_id": row["page_id"], "now": row["total"], "before": before.get(row["page_id"], 0)} for row in rows]


def top(rows: Rows) -> Rows:
    """Return the most visited of all pages."""
    return [row for row in rows[:TOP] if row["now"]]


def pages(asked: Asked) -> list[Line]:
    """Return the most visited pages, each with its visits in the period before."""
    rows = page_rows(asked)
    numbers = [row["page_id"] for row in rows]
    return page_lines(rows, names(pages=numbers), visitors(asked, numbers))


def page_lines(rows: Rows, known: Names, different: Visitors | None = None) -> list[Line]:
    """Put names to numbers of pages, and different visitors where they are known."""
    counted = different.pages if different else {}
    found = [(known.pages[row["page_id"]], counted.get(row["page_id"]), row) for row in rows]
    return [
        Line(str(page), row["now"], row.get("before", 0), page.site, page.route, number) for page, number, row in found
    ]


def services(asked: Asked) -> list[Line]:
    """Return the services of the site, the most popular first. Empty where none are declared."""
    return service_lines(every_page(asked), names(beginnings=service_places())) if conf.SERVICES else []


def service_places() -> set[str]:
    """Return what the addresses of all services begin with."""
    return {place for places in conf.SERVICES.values() for place in places}


def every_page(asked: Asked) -> Rows:
    """Return the numbers of all pages, each with its visits in both periods, the most visited first."""
    return list(asked.counts(PageDay).compared("page_id", first=asked.period.first, faded=True))


def service_lines(rows: Rows, known: Names) -> list[Line]:
    """Add up the pages of each service.

    Sums of pages are added here, and each page is compared once: the database would compare each page of each day.
    """
    counted = [(known.addresses[row["page_id"]], row) for row in rows if row["page_id"] in known.addresses]
    lines = []
    for name, places in conf.SERVICES.items():
        mine = [row for address, row in counted if address.startswith(tuple(places))]
        lines.append(Line(name, sum(row["now"] for row in mine), sum(row["before"] for row in mine)))
    return sorted(lines, key=lambda line: (-line.visits, line.name))


def fault_rows(asked: Asked) -> Rows:
    """Return the numbers of pages and referring sites with most failed requests."""
    found = FaultDay.objects.between(asked.period.first, asked.period.last).filter(asked.pages)
    return list(found.by("page_id", "referrer_id", "status")[:TOP])


def quality(asked: Asked) -> list[Fault]:
    """Return where most requests failed, with the site that sent the visitor there: broken links and broken pages."""
    rows = fault_rows(asked)
    return faults(rows, names(pages=(r["page_id"] for r in rows), referrers=(r["referrer_id"] for r in rows)))


def faults(rows: Rows, known: Names) -> list[Fault]:
    """Put names to numbers of failed requests."""
    return [
        Fault(str(known.pages[row["page_id"]]), str(known.referrers[row["referrer_id"]]), row["status"], row["total"])
        for row in rows
    ]


def live_rows(asked: Asked, now: dt.datetime | None = None) -> Rows:
    """Return the numbers of the pages of the last `LIVE_MINUTES`, from single visits."""
    since = (now or timezone.now()) - dt.timedelta(minutes=LIVE_MINUTES)
    found = Visit.objects.used_for(asked.use).filter(asked.pages, at__gte=since, status__lt=4)
    return list(found.values("page_id").annotate(now=Count("pk")).order_by("-now", "page_id")[:TOP])


def live(asked: Asked, now: dt.datetime | None = None) -> list[Line]:
    """Return the pages of the last `LIVE_MINUTES`, whatever period is asked for."""
    rows = live_rows(asked, now)
    return page_lines(rows, names(pages=(row["page_id"] for row in rows)))


def referrer_rows(asked: Asked) -> Rows:
    """Return the numbers of the sites that most visits came from; none when narrowed."""
    return list(asked.counts(ReferrerDay).compared("referrer_id", first=asked.period.first)[:TOP])


def referrers(asked: Asked) -> list[Line]:
    """Return the sites that most visits came from."""
    rows = referrer_rows(asked)
    return referrer_lines(rows, names(referrers=(row["referrer_id"] for row in rows)))


def referrer_lines(rows: Rows, known: Names) -> list[Line]:
    """Put names to numbers of referring sites."""
    return [Line(str(known.referrers[row["referrer_id"]]), row["now"], row["before"]) for row in rows]


def technology(asked: Asked) -> dict[str, list[Line]]:
    """Return ``browsers``, ``systems`` and ``devices`` that visits were made with; one query."""
    parts = {"browsers": "family", "systems": "system", "devices": "device"}
    sums: dict[str, dict[str, list[int]]] = {part: {} for part in parts}
    columns = [f"browser__{name}" for name in parts.values()]
    for row in asked.counts(BrowserDay).compared(*columns, first=asked.period.first):
        for part, column in zip(parts, columns, strict=True):
            both = sums[part].setdefault(row[column], [0, 0])
            both[0] += row["now"]
            both[1] += row["before"]
    return {part: _most(sums[part]) for part in parts}


def _most(sums: dict[str, list[int]]) -> list[Line]:
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))[:TOP]
    return [Line(str(Browser.NAMES.get(name, name)), now, before) for name, (now, before) in ordered if now]


def by_hour(asked: Asked) -> list[tuple[int, int]]:
    """Return the visits of each hour of the day (0 to 23, site's time zone), summed over the period."""
    start, end = clock.bounds(asked.period.first, asked.period.last)
    sums = [0] * 24
    if asked.is_whole_site:
        hours = SiteHour.objects.between(start, end).filter(asked.sites)
    else:
        hours = PageHour.objects.between(start, end).filter(asked.pages)
    for hour, visits in hours.by_hour().items():
        local = hour.astimezone(clock.zone()) if settings.USE_TZ else hour
        sums[local.hour] += visits
    return list(enumerate(sums))
