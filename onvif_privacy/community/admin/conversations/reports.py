"""Reports that wait, and asking to read one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.admin.conversations.screens import APP, Screens, attempt, staff
from onvif_privacy.community.conversation_forms import OpeningForm
from onvif_privacy.community.models import ConversationMessage, Report, ReportedMessage
from onvif_privacy.community.services import openings
from onvif_privacy.community.services.openings import REQUEST


@admin.register(Report)
class ReportAdmin(Screens):
    """Reports: that there is one, of which kind, from when. What it says is read under an opening."""

    list_display = ("__str__", "kind", "state", "reported_at", "chosen", "asked")
    list_filter = ("state", "kind")
    ordering = ("state", "-reported_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count what belongs to each; its words stay where they are."""
        rows = super().get_queryset(request).defer("words")
        return rows.annotate(  # type: ignore[no-any-return]
            chosen_count=Count("messages", distinct=True), asked_count=Count("openings", distinct=True)
        )

    @admin.display(description=_("messages"))
    def chosen(self, row: Any) -> int:
        """How many messages were chosen."""
        return int(row.chosen_count)

    @admin.display(description=_("openings"))
    def asked(self, row: Any) -> int:
        """How often staff asked to read it."""
        return int(row.asked_count)

    def get_urls(self) -> list[URLPattern]:
        """Add asking and closing."""
        view, name = self.admin_site.admin_view, f"{APP}_report"
        return [
            path("<uuid:pk>/ask/", view(self.ask_view), name=f"{name}_ask"),
            path("<uuid:pk>/close/", view(self.close_view), name=f"{name}_close"),
            *super().get_urls(),
        ]

    def one(self, request: HttpRequest, row: Any, **more: Any) -> HttpResponse:
        """Show a report: its kind, its date, who asked to read it, and the form that asks."""
        asks = request.user.has_perm(REQUEST) and row.state == Report.State.WAITING
        context = {
            "title": _("Report %(ref)s") % {"ref": row},
            "report": row,
            "openings": row.openings.order_by("-requested_at"),
            "form": more.get("form") or (OpeningForm() if asks else None),
        }
        return self.page(request, "report", context)

    def ask_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask for an opening by POST."""
        row = self.found(request, pk)
        form = OpeningForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self.one(request, row, form=form)
        copies = ReportedMessage.objects.filter(report=row).values("message")
        times = list(ConversationMessage.objects.filter(pk__in=copies).values_list("sent_at", flat=True))
        data = form.cleaned_data
        attempt(
            request,
            lambda: openings.request_opening(
                report=row,
                reason=data["reason"],
                actor=staff(request),
                period=form.period(row, times),
                delay_days=data["delay_days"],
            ),
            _("Another person has to say yes now."),
        )
        return HttpResponseRedirect(self.address("change", row.pk))

    def close_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Close a report by POST."""
        row = self.found(request, pk)
        if request.method == "POST":
            attempt(request, lambda: openings.close_report(report=row, actor=staff(request)), _("Closed."))
        return HttpResponseRedirect(self.address("change", row.pk))
