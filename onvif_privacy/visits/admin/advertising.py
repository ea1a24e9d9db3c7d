"""Advertising in the admin."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.text import csv_cell
from onvif_privacy.visits.admin.slots import Slotted, ValuesFilter
from onvif_privacy.visits.forms import AdForm
from onvif_privacy.visits.models import HouseAd
from onvif_privacy.visits.services.advertising import choosing, figures, keeping
from onvif_privacy.visits.services.interests.rule import Profile

if TYPE_CHECKING:
    AdBase = admin.ModelAdmin[HouseAd]
else:  # Django's class is generic for the type checker only
    AdBase = admin.ModelAdmin


@admin.register(HouseAd)
class HouseAdAdmin(Slotted, AdBase):
    """Advertisements by slot and subject area, with what may be told of them; not there where advertising is off."""

    switch = "ADVERTISING"
    form = AdForm
    list_display = ("begins", "slot", "area_shown", "advertiser", "first", "last", "shown", "followed")
    list_filter = ("slot", ("area", ValuesFilter), ("advertiser", ValuesFilter))
    preview_template = "admin/onvif_privacy_visits/ad_preview.html"
    without_area = _("(everybody)")
    change_list_template = "admin/onvif_privacy_visits/ad_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HouseAd]:
        """Lists go without pictures; one advertisement brings its own."""
        rows: QuerySet[HouseAd] = super().get_queryset(request)
        return rows.defer("picture")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the figures of its page read at once."""
        found = super().get_changelist_instance(request)
        known = figures.of(found.result_list)
        for ad in found.result_list:
            ad.figures = known[ad.ref]
        return found

    @admin.display(description=_("content"))
    def begins(self, row: HouseAd) -> str:
        """The beginning of the text, or of what the picture says."""
        return Truncator(str(row)).chars(60)

    @admin.display(description=_("shown"))
    def shown(self, row: HouseAd) -> str:
        """How often it was shown until yesterday, in steps of K."""
        return told(row.figures.shown)  # type: ignore[attr-defined]

    @admin.display(description=_("followed"))
    def followed(self, row: HouseAd) -> str:
        """How often its link was followed until yesterday, in steps of K."""
        return told(row.figures.followed)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: HouseAd, form: Any, change: bool) -> None:
        """Save it with its counted link, and show it at once."""
        keeping.keep(obj)

    def forget(self) -> None:
        """Read advertisements again."""
        choosing.forget()

    def seen(self, slot: str, whose: Profile, day: dt.date) -> list[tuple[HouseAd, int]]:
        """All that take turns in the slot, each with its share."""
        return choosing.candidates(slot, lambda: whose, day)

    def get_urls(self) -> list[URLPattern]:
        """The figures beside the list."""
        view = self.admin_site.admin_view(self.figures_view)
        return [path("figures.csv", view, name="onvif_privacy_visits_housead_figures"), *super().get_urls()]

    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Hand out what an advertiser may be told, of one (``advertiser``) or of all, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        ads = self.get_queryset(request)
        if "advertiser" in request.GET:
            ads = ads.filter(advertiser=request.GET["advertiser"].replace("\0", ""))
        headers = {"Content-Disposition": 'attachment; filename="advertising.csv"'}
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
        writer = csv.writer(response)
        writer.writerow(figures.COLUMNS)
        writer.writerows([csv_cell("" if cell is None else cell) for cell in row] for row in figures.sheet(ads))
        return response


def told(number: int | None) -> str:
    """Return a number as it may be told."""
    return str(_("fewer than %(k)s") % {"k": house.K}) if number is None else str(number)
