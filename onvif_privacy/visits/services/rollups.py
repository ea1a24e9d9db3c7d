"""Counts by page, referring site, browser, fault, day, hour: worked out here, added up in the store's transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models

from onvif_privacy.visits.models import (
    AreaDay,
    BrowserDay,
    ExclusionDay,
    FaultDay,
    Method,
    PageDay,
    PageHour,
    ReferrerDay,
    SiteDay,
    SiteHour,
)
from onvif_privacy.visits.services import clock, domains, uniques
from onvif_privacy.visits.services.sql import add_up

if TYPE_CHECKING:
    from onvif_privacy.visits.services.store.rows import Prepared

GET = Method.GET.value
FAILED = 4  # status classes from here on


@dataclass
class Tally:
    """Counts of a number of visits, ready to be added to the tables.

    ``visits`` are pages found by GET, ``submissions`` forms answered with a page, ``failures`` answers 4xx and 5xx by
    either method. Every visit is exactly one of the three.
    """

    look_up: bool = False  # whether networks wait for their domains
    visits: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    submissions: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    failures: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    hours: Counter[tuple[dt.datetime, int]] = field(default_factory=Counter)
    referrers: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    browsers: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    faults: Counter[tuple[dt.date, int, int, int]] = field(default_factory=Counter)
    areas: Counter[tuple[dt.date, int, int]] = field(default_factory=Counter)
    networks: Counter[tuple[dt.date, str]] = field(default_factory=Counter)
    different: defaultdict[dt.date, set[int]] = field(default_factory=lambda: defaultdict(set))  # `uniques.entries`
    sites: dict[int, int] = field(default_factory=dict)  # of each page the one that stands for its site

    def add(self, slot: clock.Slot, visits: Prepared) -> None:
        """Count visits of one quarter of an hour, a column at a time."""
        day, hour = slot
        self.sites.update(zip(visits.page, visits.site, strict=True))
        ok = [method == GET and status < FAILED for method, status in zip(visits.method, visits.status, strict=True)]
        found = visits.only(ok)
        for page, number in Counter(found.page).items():
            self.visits[day, page] += number
            self.hours[hour, page] += number
        for referrer, number in Counter(found.referrer).items():
            self.referrers[day, referrer] += number
        for browser, number in Counter(found.browser).items():
            self.browsers[day, browser] += number
        if any(found.areas):
            for (page, areas), number in Counter(zip(found.page, found.areas, strict=True)).items():
                for area in areas:
                    self.areas[day, area, page] += number
        if self.look_up:
            for network, number in Counter(found.network).items():
                if network:
                    self.networks[day, network] += number
        self.different[day] |= uniques.entries(found.page, found.site, found.marks)
        if not all(ok):
            self._add_others(day, visits.only([not one for one in ok]))

    def _add_others(self, day: dt.date, visits: Prepared) -> None:
        """Count failures, and forms that were sent."""
        others = zip(visits.page, visits.referrer, visits.status, strict=True)
        for (page, referrer, status), number in Counter(others).items():
            if status >= FAILED:
                self.failures[day, page] += number
                self.faults[day, page, referrer, status] += number
            else:
                self.submissions[day, page] += number

    def store(self, using: str) -> None:
        """Add everything to the tables. Call it inside the batch's transaction."""
        pages = self.visits.keys() | self.submissions.keys() | self.failures.keys()
        add_up(
            PageDay,
            ("day", "page"),
            ("visits", "submissions", "failures"),
            [(*key, self.visits[key], self.submissions[key], self.failures[key]) for key in pages],
            using,
        )
        _store(PageHour, ("hour", "page"), self.hours, using)
        self._store_sites(using)
        _store(ReferrerDay, ("day", "referrer"), self.referrers, using)
        _store(BrowserDay, ("day", "browser"), self.browsers, using)
        _store(FaultDay, ("day", "page", "referrer", "status"), self.faults, using)
        _store(AreaDay, ("day", "area", "page"), self.areas, using)
        domains.store(self.networks, using)
        uniques.store(self.different, using)

    def _store_sites(self, using: str) -> None:
        """Add the sums of the pages of each site."""
        days: dict[tuple[dt.date, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for place, counts in enumerate((self.visits, self.submissions, self.failures)):
            for (day, page), number in counts.items():
                days[day, self.sites[page]][place] += number
        hours: Counter[tuple[dt.datetime, int]] = Counter()
        for (hour, page), number in self.hours.items():
            hours[hour, self.sites[page]] += number
        rows = [(*key, *sums) for key, sums in days.items()]
        add_up(SiteDay, ("day", "site"), ("visits", "submissions", "failures"), rows, using)
        _store(SiteHour, ("hour", "site"), hours, using)


def store_exclusions(excluded: Mapping[tuple[dt.date, str], int], using: str) -> None:
    """Add requests that were left out, by day and reason."""
    rows = [(day, str(reason), number) for (day, reason), number in excluded.items() if number]
    add_up(ExclusionDay, ("day", "reason"), ("visits",), rows, using)


def clear(since: dt.date, start: dt.datetime, using: str) -> None:
    """Remove every count of visits from the day ``since``, which begins at ``start``.

    Exclusions stay, and so do registers of different visitors, subject areas and domains: what set them is gone.
    """
    for model in (PageDay, SiteDay, ReferrerDay, BrowserDay, FaultDay):
        model._default_manager.using(using).filter(day__gte=since).delete()
    for hourly in (PageHour, SiteHour):
        hourly._default_manager.using(using).filter(hour__gte=start).delete()


def _store(model: type[models.Model], keys: tuple[str, ...], counts: Mapping[Any, int], using: str) -> None:
    add_up(model, keys, ("visits",), [(*key, number) for key, number in counts.items()], using)
