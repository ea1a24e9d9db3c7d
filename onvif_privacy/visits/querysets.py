"""Look-ups on the counts. Reports read these tables only, so they stay right after single visits are gone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self, cast

from django.db import models
from django.db.models import Q, Sum


class DayQuerySet(models.QuerySet[Any]):
    """Counts by day."""

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Days from ``first`` to ``last``, both included."""
        return self.filter(day__range=(first, last))

    def by_day(self) -> dict[dt.date, int]:
        """Visits of each day that has any."""
        return dict(self.order_by().values_list("day").annotate(total=Sum("visits")).order_by("day"))

    def by(self, *names: str) -> Self:
        """One row for each value of ``names`` with its ``total``, the largest first."""
        sums = self.order_by().values(*names).annotate(total=Sum("visits"))
        return cast("Self", sums.filter(total__gt=0).order_by("-total", *names))


class PageDayQuerySet(DayQuerySet):
    """Counts of pages by day."""

    def found(self) -> Self:
        """Without requests that matched no page."""
        return self.exclude(page__route="", page__path="")

    def linkable(self) -> Self:
        """Pages with an address: public paths, and routes without parameters or patterns."""
        pattern = Q(page__route__contains="<") | Q(page__route__contains="^") | Q(page__route__contains="(")
        return self.found().exclude(pattern, page__path="")


class HourQuerySet(models.QuerySet[Any]):
    """Counts by hour."""

    def between(self, first: dt.datetime, end: dt.datetime) -> Self:
        """Hours from ``first`` (included) to ``end`` (not included)."""
        return self.filter(hour__gte=first, hour__lt=end)

    def by_hour(self) -> dict[dt.datetime, int]:
        """Visits of each hour that has any."""
        return dict(self.order_by().values_list("hour").annotate(total=Sum("visits")).order_by("hour"))
