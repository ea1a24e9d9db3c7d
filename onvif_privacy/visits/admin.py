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
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from onvif_privacy.core.text import csv_cell
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.forms import ContentForm, PreviewForm, ReportForm
from onvif_privacy.visits.models import CustomContent, Popularity, SubjectArea
from onvif_privacy.visits.services import areas, clock, contents, reports
from onvif_privacy.visits.services.interests import showing
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile
from onvif_privacy.visits.services.periods import Choice
from onvif_privacy.visits.services.reports import Asked

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Popularity]
    AreaBase = admin.ModelAdmin[SubjectArea]
    ContentBase = admin.ModelAdmin[CustomContent]
else:  # Django's class is generic for the type checker only
    Base = AreaBase = ContentBase = admin.ModelAdmin


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


@admin.register(CustomContent)
class CustomContentAdmin(ContentBase):
    """Content by slot and subject area; not there where interests are off."""

    form = ContentForm
    list_display = ("slot", "area_shown", "first", "last", "begins")
    list_filter = ("slot", "area")
    change_form_template = "admin/onvif_privacy_visits/content_form.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Only where interests are on."""
        return conf.INTERESTS and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: CustomContent | None = None) -> bool:
        """Only where interests are on."""
        return conf.INTERESTS and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where interests are on."""
        return conf.INTERESTS and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: CustomContent | None = None) -> bool:
        """Only where interests are on."""
        return conf.INTERESTS and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CustomContent | None = None) -> bool:
        """Only where interests are on."""
        return conf.INTERESTS and super().has_delete_permission(request, obj)

    @admin.display(description=_("subject area"), ordering="area")
    def area_shown(self, row: CustomContent) -> str:
        """The area, or whom the row is for without one."""
        return showing.label(row.area) if row.area else _("(strangers)")

    @admin.display(description=_("content"))
    def begins(self, row: CustomContent) -> str:
        """The beginning of the text, or the template."""
        return Truncator(row.text or row.template).chars(60)

    def save_model(self, request: HttpRequest, obj: CustomContent, form: Any, change: bool) -> None:
        """Save, and let this process know at once; others do within a minute."""
        super().save_model(request, obj, form, change)
        contents.forget()

    def delete_model(self, request: HttpRequest, obj: CustomContent) -> None:
        """Delete, and let this process know at once."""
        super().delete_model(request, obj)
        contents.forget()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several, and let this process know at once."""
        super().delete_queryset(request, queryset)
        contents.forget()

    def get_urls(self) -> list[URLPattern]:
        """The preview beside Django's own pages."""
        view = self.admin_site.admin_view(self.preview_view)
        name = "onvif_privacy_visits_customcontent_preview"
        return [path("<slug:slot>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, slot: str) -> HttpResponse:
        """Show what a slot holds for a stranger, or for someone interested in an area, on a day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        contents.forget()
        form = PreviewForm(request.GET)
        data = form.cleaned_data if form.is_valid() else {}
        area = data.get("area", "")
        whose = Profile({}, {area: True}) if area else STRANGER
        found = contents.choose(slot, lambda: whose, data.get("day"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of %(slot)s") % {"slot": slot},
            "opts": self.opts,
            "form": form,
            "found": found,
            "area": showing.label(area) if area else "",
        }
        return TemplateResponse(request, "admin/onvif_privacy_visits/content_preview.html", context)
