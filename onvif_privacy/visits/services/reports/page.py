"""Everything the Popularity page shows, in as few queries as its tables need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services.reports import origins, tables
from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.books import Ledger, ledger
from onvif_privacy.visits.services.reports.names import names
from onvif_privacy.visits.services.reports.shapes import Days, Fault, Line
from onvif_privacy.visits.services.reports.visitors import Visitors, visitors


@dataclass(frozen=True)
class Report:
    """The page. Tables that cannot be narrowed to a site or route are empty where that was asked for."""

    days: Days
    visitors: Visitors | None
    hours: list[tuple[int, int]]
    services: list[Line]
    pages: list[Line]
    referrers: list[Line]
    areas: list[Line]
    domains: list[Line] | None
    technology: Mapping[str, list[Line]]
    quality: list[Fault]
    live: list[Line]
    ledger: Ledger


def report(asked: Asked, now: dt.datetime | None = None) -> Report:
    """Answer everything at once: eleven queries, and one each for areas and domains where a site has them."""
    every_page = tables.every_page(asked) if conf.SERVICES else []
    pages = tables.top(every_page) if conf.SERVICES else tables.page_rows(asked)
    faults, live = tables.fault_rows(asked), tables.live_rows(asked, now)
    referrers = [] if asked.is_narrow else tables.referrer_rows(asked)
    domains = [] if asked.is_narrow else origins.domain_rows(asked)
    days = tables.by_day(asked)
    known = names(
        pages=(row["page_id"] for row in (*pages, *faults, *live)),
        referrers=(row["referrer_id"] for row in (*referrers, *faults)),
        domains=(row["domain_id"] for row in domains),
        beginnings=tables.service_places(),
    )
    different = visitors(asked, [row["page_id"] for row in pages])
    return Report(
        days=days,
        visitors=different,
        hours=tables.by_hour(asked),
        services=tables.service_lines(every_page, known) if conf.SERVICES else [],
        pages=tables.page_lines(pages, known, different),
        referrers=tables.referrer_lines(referrers, known),
        areas=origins.areas(days),
        domains=origins.domain_lines(domains, known) if conf.DOMAINS else None,
        technology={} if asked.is_narrow else tables.technology(asked),
        quality=tables.faults(faults, known),
        live=tables.page_lines(live, known),
        ledger=ledger(now),
    )
