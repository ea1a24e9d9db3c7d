"""Popularity in the admin."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onvif_privacy.core.text import csv_cell
from onvif_privacy.visits.forms import PeriodForm
from onvif_privacy.visits.models import Popularity
from onvif_privacy.visits.services import clock, reports
from onvif_privacy.visits.services.periods import Choice, Period

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Popularity]
else:  # Django's class is generic for the type checker only
    Base = admin.ModelAdmin


def tables(period: Period) -> dict[str, list[reports.Line]]:
    """Return every table of the report, by the name it has in addresses."""
    return {
        "services": reports.services(period),
        "pages": reports.pages(period),
        "referrers": reports.referrers(period),
        "browsers": reports.browsers(period),
        "days": [reports.Line(day.isoformat(), visits) for day, visits in reports.by_day(period)],
        "hours": [reports.Line(f"{hour:02}:00", visits) for hour, visits in reports.by_hour(period)],
        "exclusions": reports.exclusions(period),
        "quality": [
            reports.Line(f"{fault.status}xx {fault.name} ← {fault.referrer}", fault.visits)
            for fault in reports.quality(period)
        ],
    }


@admin.register(Popularity)
class PopularityAdmin(Base):
    """The report stands where Django shows a list; nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Counts come from visits only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Counts come from visits only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Counts end by retention only."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The report and its downloads; the pages of single objects do not exist."""
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name="onvif_privacy_visits_popularity_changelist"),
            path(
                "<slug:table>.<slug:form>",
                wrap(self.download_view),
                name="onvif_privacy_visits_popularity_download",
            ),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the report for the period in the address."""
        form, choice, period = self._period(request)
        days = reports.by_day(period)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Popularity"),
            "opts": self.opts,
            "form": form,
            "choices": [(item.value, item.label, item == choice) for item in Choice if item != Choice.OWN],
            "period": period,
            "query": f"period=own&first={period.first}&last={period.last}",
            "total": reports.totals(period),
            "days": [(date_format(day, "SHORT_DATE_FORMAT"), visits) for day, visits in days],
            "hours": [(f"{hour:02}", visits) for hour, visits in reports.by_hour(period)],
            "services": reports.services(period),
            "live": reports.live(),
            "live_minutes": reports.LIVE_MINUTES,
            "quality": reports.quality(period),
            "pages": reports.pages(period),
            "referrers": reports.referrers(period),
            "browsers": reports.browsers(period),
            "exclusions": reports.exclusions(period),
            "fresh_at": reports.fresh_at(),
            "ledger": reports.ledger(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/onvif_privacy_visits/popularity.html", context)

    def download_view(self, request: HttpRequest, table: str, form: str) -> HttpResponseBase:
        """Hand out one table of the report as CSV or JSON."""
        period = self._period(request)[2]
        lines = tables(period).get(table)
        if lines is None or form not in ("csv", "json"):
            return HttpResponse(_("There is no such table."), status=404, content_type="text/plain; charset=utf-8")
        name = f"{table}-{period.first}-{period.last}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if form == "json":
            rows = [{"name": line.name, "visits": line.visits, "before": line.before} for line in lines]
            return JsonResponse(
                {"table": table, "first": period.first, "last": period.last, "rows": rows}, headers=headers
            )
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
        writer = csv.writer(response)
        writer.writerow(["name", "visits", "before"])
        writer.writerows([csv_cell(line.name), line.visits, line.before] for line in lines)
        return response

    def _period(self, request: HttpRequest) -> tuple[PeriodForm, Choice, Period]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PeriodForm(request.GET or {"period": Choice.MONTH.value})
        choice, period = form.chosen(clock.today())
        return form, choice, period
