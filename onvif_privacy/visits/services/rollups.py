"""Counts by page, referring site, browser, fault, day, hour: worked out here, added up in the store's transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models

from onvif_privacy.visits.models import BrowserDay, ExclusionDay, FaultDay, Method, PageDay, PageHour, ReferrerDay
from onvif_privacy.visits.services import uniques
from onvif_privacy.visits.services.sql import add_up


class Counted(NamedTuple):
    """What the counts need to know of one visit."""

    day: dt.date
    hour: dt.datetime
    page: int
    referrer: int
    browser: int
    method: int
    status: int  # class: 2 for found
    site: int = 0  # number of the page that stands for the whole site
    marks: int = 0  # `salts.marks`


@dataclass
class Tally:
    """Counts of a number of visits, ready to be added to the tables.

    ``visits`` are pages found by GET, ``submissions`` forms answered with a page, ``failures`` answers 4xx and 5xx by
    either method. Every visit is exactly one of the three.
    """

    visits: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    submissions: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    failures: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    hours: Counter[tuple[dt.datetime, int]] = field(default_factory=Counter)
    referrers: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    browsers: Counter[tuple[dt.date, int]] = field(default_factory=Counter)
    faults: Counter[tuple[dt.date, int, int, int]] = field(default_factory=Counter)
    marks: set[uniques.Mark] = field(default_factory=set)

    def add(self, visits: Iterable[Counted]) -> None:
        """Count visits."""
        for day, hour, page, referrer, browser, method, status, site, marks in visits:
            if status >= 4:
                self.failures[day, page] += 1
                self.faults[day, page, referrer, status] += 1
            elif method != Method.GET:
                self.submissions[day, page] += 1
            else:
                self.visits[day, page] += 1
                self.hours[hour, page] += 1
                self.referrers[day, referrer] += 1
                self.browsers[day, browser] += 1
                if marks:
                    self.marks.add((day, page, site, marks))

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
        _store(ReferrerDay, ("day", "referrer"), self.referrers, using)
        _store(BrowserDay, ("day", "browser"), self.browsers, using)
        _store(FaultDay, ("day", "page", "referrer", "status"), self.faults, using)
        uniques.store(self.marks, using)


def store_exclusions(excluded: Mapping[tuple[dt.date, str], int], using: str) -> None:
    """Add requests that were left out, by day and reason."""
    rows = [(day, str(reason), number) for (day, reason), number in excluded.items() if number]
    add_up(ExclusionDay, ("day", "reason"), ("visits",), rows, using)


def clear(since: dt.date, start: dt.datetime, using: str) -> None:
    """Remove every count of visits from the day ``since``, which begins at ``start``.

    Exclusions stay, and registers of different visitors: what set them is gone.
    """
    for model in (PageDay, ReferrerDay, BrowserDay, FaultDay):
        model._default_manager.using(using).filter(day__gte=since).delete()
    PageHour.objects.using(using).filter(hour__gte=start).delete()


def _store(model: type[models.Model], keys: tuple[str, ...], counts: Mapping[Any, int], using: str) -> None:
    add_up(model, keys, ("visits",), [(*key, number) for key, number in counts.items()], using)
