"""Look-ups on visits and their counts. Reports read counts only, so they stay right after single visits are gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Self, cast

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _


class Use(models.TextChoices):
    """What visits may be read for. The list is closed: it is the statement's (clause ``automatic``)."""

    OPERATION = "operation", _("operation of the site")
    QUALITY = "quality", _("its quality")
    STATISTICS = "statistics", _("general statistics of its use")


class UseRefused(ValueError):
    """Visits are about to be read without saying what for, or for something the statement does not name."""


def use(value: Use | str) -> Use:
    """Return the use; raises UseRefused for any that the statement does not name."""
    try:
        return Use(value)
    except ValueError:
        named = ", ".join(Use.values)
        raise UseRefused(f"Visits are read for {named}; the statement does not name {value!r}.") from None


class VisitQuerySet(models.QuerySet[Any]):
    """Single visits: readable only by code that says what for, ``Visit.objects.used_for("statistics")``.

    Everything that would fetch something raises UseRefused before that. Adding, changing and deleting reads nothing.
    """

    _use: Use | None = None

    def used_for(self, value: Use | str) -> Self:
        """Say what the visits are read for; raises UseRefused for what the statement does not name."""
        clone = self.all()
        clone._use = use(value)
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._use = self._use
        return cast("Self", clone)

    def _said(self) -> None:
        if self._use is None:
            raise UseRefused('Say what the visits are read for: Visit.objects.used_for("statistics").')

    def _fetch_all(self) -> None:
        self._said()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        """Read row by row."""
        self._said()
        return super().iterator(chunk_size)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Compute sums and the like."""
        self._said()
        return super().aggregate(*args, **kwargs)

    def count(self) -> int:
        """Count the rows."""
        self._said()
        return super().count()

    def exists(self) -> bool:
        """Say whether there are rows."""
        self._said()
        return super().exists()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Stand inside another query."""
        self._said()
        return super().resolve_expression(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows; Django fetches them first where something hangs on them, and that is operation."""
        return super().delete() if self._use else self.used_for(Use.OPERATION).delete()


class DayQuerySet(models.QuerySet[Any]):
    """Counts by day."""

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Days from ``first`` to ``last``, both included."""
        return self.filter(day__range=(first, last))

    def by(self, *names: str) -> Self:
        """One row for each value of ``names`` with its ``total``, the largest first."""
        sums = self.order_by().values(*names).annotate(total=Sum("visits"))
        return cast("Self", sums.filter(total__gt=0).order_by("-total", *names))

    def compared(self, *names: str, first: dt.date, faded: bool = False) -> Self:
        """One row for each value of ``names``: visits from ``first`` on (``now``) and ``before``, the largest first.

        ``faded`` asks also for those that had visits before only.
        """
        now, before = (Sum("visits", filter=part, default=0) for part in (Q(day__gte=first), Q(day__lt=first)))
        sums = self.order_by().values(*names).annotate(now=now, before=before)
        return cast("Self", (sums if faded else sums.filter(now__gt=0)).order_by("-now", *names))


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
