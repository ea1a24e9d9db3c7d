"""Popularity in the admin."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from onvif_privacy.core.text import csv_cell
from onvif_privacy.visits.forms import ReportForm
from onvif_privacy.visits.models import Popularity, SubjectArea
from onvif_privacy.visits.services import areas, clock, reports
from onvif_privacy.visits.services.periods import Choice
from onvif_privacy.visits.services.reports import Asked

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Popularity]
    AreaBase = admin.ModelAdmin[SubjectArea]
else:  # Django's class is generic for the type checker only
    Base = AreaBase = admin.ModelAdmin


NARROWING = ("site", "route", "area")


def address_of(asked: Asked) -> str:
    """Return the query string that asks for the same again; the period is written out as days."""
    wanted = {"period": Choice.OWN.value, "first": str(asked.period.first), "last": str(asked.period.last)}
    return urlencode(wanted | {name: getattr(asked, name) for name in NARROWING if getattr(asked, name)})


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
        """Show the report for the period, site and route in the address."""
        form, choice, asked = self._asked(request)
        part = {name: getattr(asked, name) for name in NARROWING if getattr(asked, name)}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Popularity"),
            "opts": self.opts,
            "form": form,
            "choices": [
                (urlencode({"period": item.value, **part}), item.label, item == choice)
                for item in Choice
                if item != Choice.OWN
            ],
            "asked": asked,
            "query": address_of(asked),
            "whole": address_of(replace(asked, site="", route="", area="")),
            "report": reports.report(asked),
            "live_minutes": reports.LIVE_MINUTES,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/onvif_privacy_visits/popularity.html", context)

    def download_view(self, request: HttpRequest, table: str, form: str) -> HttpResponseBase:
        """Hand out one table of the report as CSV or JSON."""
        asked = self._asked(request)[2]
        sheet = reports.sheet(table, asked) if form in ("csv", "json") else None
        if sheet is None:
            return HttpResponse(_("There is no such table."), status=404, content_type="text/plain; charset=utf-8")
        name = f"{table}-{asked.period.first}-{asked.period.last}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if form == "json":
            about = {"table": table, "first": asked.period.first, "last": asked.period.last}
            about |= {name: getattr(asked, name) for name in (*NARROWING, "use")}
            rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
            return JsonResponse({**about, "rows": rows}, headers=headers)
        response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
        writer = csv.writer(response)
        writer.writerow(sheet.columns)
        writer.writerows([csv_cell("" if value is None else str(value)) for value in row] for row in sheet.rows)
        return response

    def _asked(self, request: HttpRequest) -> tuple[ReportForm, Choice, reports.Asked]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReportForm(request.GET or {"period": Choice.MONTH.value})
        choice, asked = form.asked(clock.today())
        return form, choice, asked


@admin.register(SubjectArea)
class SubjectAreaAdmin(AreaBase):
    """Subject areas by address; those of the settings, of views and of templates need no row here."""

    list_display = ("label", "slug", "places")
    search_fields = ("slug", "label")
    prepopulated_fields = {"slug": ("label",)}

    def save_model(self, request: HttpRequest, obj: SubjectArea, form: Any, change: bool) -> None:
        """Save, and let this process know at once; others do within a minute."""
        super().save_model(request, obj, form, change)
        areas.places.forget()

    def delete_model(self, request: HttpRequest, obj: SubjectArea) -> None:
        """Delete the declaration; what was counted stays."""
        super().delete_model(request, obj)
        areas.places.forget()
