"""A question to the counts: which days, what for, and of which site and route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from onvif_privacy.visits.models import AreaDay
from onvif_privacy.visits.querysets import Use, use
from onvif_privacy.visits.services.periods import Period


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is asked for. ``use`` is what its answer is read for; raises UseRefused for any other.

    ``site``, ``route`` and ``area`` narrow it; empty means all.
    Counts that know no pages (referring sites, browsers, domains,
    reasons) cannot be narrowed and are left out then.
    """

    period: Period
    use: Use | str
    site: str = ""
    route: str = ""
    area: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "use", use(self.use))

    @property
    def is_narrow(self) -> bool:
        """Whether only a part of the site is asked for."""
        return bool(self.site or self.route or self.area)

    @property
    def is_whole_site(self) -> bool:
        """Whether every page of a site or of all sites is asked for, so that their sums do."""
        return not (self.route or self.area)

    @property
    def pages(self) -> Q:
        """The condition on a relation ``page`` that narrows to what is asked for."""
        wanted = {"page__site": self.site, "page__route": self.route}
        narrowed = Q(**{name: value for name, value in wanted.items() if value})
        return narrowed & Q(page__in=self._of_area()) if self.area else narrowed

    def _of_area(self) -> Any:
        """Numbers of the pages that counted for the area in this period or the one before."""
        days = AreaDay.objects.between(self.period.previous.first, self.period.last)
        return days.filter(area__slug=self.area).order_by().values("page_id")

    @property
    def sites(self) -> Q:
        """The condition on a relation ``site`` that narrows to the site asked for."""
        return Q(site__site=self.site) if self.site else Q()

    def counts(self, model: Any) -> Any:
        """Counts by day of this period and of the one before; those of pages and sites are narrowed."""
        rows = model.objects.between(self.period.previous.first, self.period.last).order_by()
        if hasattr(model, "site"):
            return rows.filter(self.sites)
        return rows.filter(self.pages) if self.is_narrow and hasattr(model, "page") else rows
