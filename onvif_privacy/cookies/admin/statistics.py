"""What came of the bar: one page with a chart, the same numbers as a table, and as a file."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.models import ChoiceCount
from onvif_privacy.cookies.services import statistics
from onvif_privacy.core.admin.overviews import PageAdmin
from onvif_privacy.core.text import csv_cell


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in statistics.PERIODS if str(days) == asked), statistics.PERIODS[0])


@admin.register(ChoiceCount)
class ChoiceCountAdmin(PageAdmin):
    """The page stands where Django shows a list; nothing can be added, changed or deleted."""

    template = "admin/onvif_privacy_cookies/choicecount/statistics.html"

    def get_urls(self) -> list[URLPattern]:
        """The page and its file."""
        download = path(
            "choices.csv", self.admin_site.admin_view(self.download_view), name="onvif_privacy_cookies_choices_csv"
        )
        return [download, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the period in the address."""
        days = _days(request)
        found = statistics.report(days)
        extra = {
            "days": days,
            "periods": statistics.PERIODS,
            "report": found,
            "series": [(day.isoformat(), numbers.shown) for day, numbers in found.days],
            "unit": statistics.unit(),
            "counting": conf.STATISTICS,
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def shown(self) -> Any:
        return None

    def download_view(self, request: HttpRequest) -> HttpResponse:
        """Hand out the numbers as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = statistics.report(_days(request))
        name = f"cookie-choices-{found.first}-{found.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
        csv.writer(response).writerows([csv_cell(cell) for cell in row] for row in statistics.table(found))
        return response
