"""Different visitors, as estimates from registers; each day counts anew, because its salt is another.

What came within the last minute waits to be merged (`uniques.merge`) and is not among them yet.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import DateField, QuerySet, Sum, Value

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import UniqueDay
from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.shapes import Compared
from onvif_privacy.visits.services.sketch import Sketch

_NO_DAY = Value(None, output_field=DateField())


@dataclass(frozen=True)
class Visitors(Compared):
    """Different visitors of each day, added up over the period and the one before; of pages over the period only.

    ``days`` and ``pages`` (by number of the page) leave out what has none.
    """

    visits: int = 0
    before: int = 0
    days: dict[dt.date, int] = field(default_factory=dict)
    pages: dict[int, int] = field(default_factory=dict)


def visitors(asked: Asked, pages: Collection[int] = ()) -> Visitors | None:
    """Return the different visitors of a period, and of these pages; None where a site does not count them.

    Those of a route or an area are not known, only those of its pages: pages are hashed apart. So narrowed to one the
    sums are 0. One query, two for several sites together; the standard error is 1.6 % a day.
    """
    if not conf.UNIQUES:
        return None
    period = asked.period
    of_pages = UniqueDay.objects.filter(page__in=pages, day__range=(period.first, period.last)).values("page")
    rows = of_pages.annotate(number=Sum("estimate")).values_list(_NO_DAY, "page", "number")
    if asked.is_whole_site:
        rows = rows.union(_of_sites(asked).values_list("day", "page", "estimate"), all=True)
    days: dict[dt.date, int] = {}
    counted: dict[int, int] = {}
    several = False
    for day, page, number in rows:
        if day is None:
            counted[page] = number
        else:
            several = several or day in days
            days[day] = number
    if several:
        days = _of_all_sites(asked)
    now = {day: number for day, number in days.items() if day >= period.first}
    return Visitors(sum(now.values()), sum(days.values()) - sum(now.values()), now, counted)


def _of_sites(asked: Asked) -> QuerySet[UniqueDay]:
    """Each site is named by its page without route and path."""
    part = {"page__site": asked.site} if asked.site else {}
    days = asked.period.previous.first, asked.period.last
    return UniqueDay.objects.filter(page__route="", page__path="", day__range=days, **part)


def _of_all_sites(asked: Asked) -> dict[dt.date, int]:
    """Whoever came to two sites on a day is one."""
    merged: dict[dt.date, Sketch] = defaultdict(Sketch)
    for day, registers in _of_sites(asked).values_list("day", "registers"):
        merged[day].merge(Sketch.unpacked(bytes(registers)))
    return {day: sketch.estimate() for day, sketch in merged.items()}
