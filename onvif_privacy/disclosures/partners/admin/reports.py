"""Transparency reports: drafted, looked at by two people, published."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.models import ReportRelease
from onvif_privacy.disclosures.partners.admin.acting import attempt, back, groups, has_any, page, sent, staff, sure
from onvif_privacy.disclosures.partners.admin.forms import Yes
from onvif_privacy.disclosures.services.transparency import HALF_YEAR, publishing
from onvif_privacy.disclosures.services.transparency.publishing import APPROVE, OFFICER, PUBLISH

NAME = "onvif_privacy_disclosures_reportrelease"


class Period(forms.Form):
    """A half-year that is over."""

    period = forms.RegexField(HALF_YEAR, label=_("half-year"), help_text=_("For example 2026-H1."))


@admin.register(ReportRelease)
class ReportReleaseAdmin(EvidenceAdmin):
    """Versions of reports; numbers are counted, never typed."""

    list_display = ("period", "version", "drafted_at", "published_at")
    fields = ("period", "version", "digest", "drafted_by", "approved_by", "officer", "published_at", "table")
    readonly_fields = ("table",)
    change_form_template = "admin/onvif_privacy_disclosures/steps.html"
    change_list_template = "admin/onvif_privacy_disclosures/reports.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_any(request, PUBLISH, APPROVE, OFFICER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_("rows"))
    def table(self, row: ReportRelease) -> str:
        """The rows as they are published."""
        return "\n".join(
            f"{one.regime} {one.jurisdiction}: "
            + ", ".join(f"{name} {value}" for name, value in one.cells.items() if value != "0")
            for one in publishing.release_of(row).rows
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the row, with the step that approves it."""
        row = self.get_object(request, object_id)
        is_open = row and row.published_at is None and has_any(request, APPROVE, OFFICER)
        steps = [(reverse(f"admin:{NAME}_approve", args=[row.pk]), _("Approve"))] if row and is_open else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a draft and of an approval."""
        view = self.admin_site.admin_view
        return [
            path("draft/", view(self.draft), name=f"{NAME}_draft"),
            path("<uuid:pk>/approve/", view(self.approve), name=f"{NAME}_approve"),
            *super().get_urls(),
        ]

    def draft(self, request: HttpRequest) -> HttpResponseBase:
        """Count a half-year."""
        if not has_any(request, PUBLISH):
            raise PermissionDenied
        form, made = Period(sent(request)), list[ReportRelease]()
        if request.method == "POST" and form.is_valid():
            period = form.cleaned_data["period"]
            if attempt(request, lambda: made.append(publishing.draft(period, actor=staff(request))), _("Done.")):
                return back(made[0])
        return page(request, self, title=_("Draft a report"), form=form, facts=[], button=_("Count"))

    def approve(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Say yes to exactly these numbers."""
        if not has_any(request, APPROVE, OFFICER):
            raise PermissionDenied
        if (first := sure(request)) is not None:
            return first
        row = get_object_or_404(ReportRelease, pk=pk)
        form = Yes(sent(request), initial={"digest": row.digest})
        if request.method == "POST" and form.is_valid():
            as_officer = form.cleaned_data["as_officer"]
            done = attempt(
                request,
                lambda: publishing.approve(
                    row, actor=staff(request), digest=form.cleaned_data["digest"], as_officer=as_officer
                ),
                _("Done."),
            )
            if done:
                return back(row)
        facts = [
            (_("half-year"), row.period),
            (_("version"), row.version),
            (_("rows"), self.table(row)),
            (_("digest"), groups(row.digest)),
        ]
        return page(request, self, title=_("Approve a report"), form=form, facts=facts, button=_("Approve"))
