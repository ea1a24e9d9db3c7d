"""Clocks that the owner confirms, holidays, the test of the address, and figures that are published for good."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.models import ClockRule, Holiday, Probe, Publication
from onvif_privacy.enquiries.services import deadlines, publishing
from onvif_privacy.enquiries.services.acts import VERIFY
from onvif_privacy.enquiries.services.states import NotNow

LIST = "admin:onvif_privacy_enquiries_publication_changelist"


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


@admin.register(ClockRule)
class ClockRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Clocks. Whatever is changed is confirmed by who changes it; one that nobody confirmed carries a badge."""

    list_display = ("slug", "applies", "begins", "ends", "how_long", "statutory", "is_on", "standing")
    list_filter = ("statutory", "is_on")
    fields = (
        "slug",
        "applies",
        "begins",
        "ends",
        "amount",
        "unit",
        "start",
        "statutory",
        "pausable",
        "source",
        "is_on",
        "confirmed_on",
    )
    readonly_fields = ("confirmed_on",)
    actions = ("confirm",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that does not apply is switched off; what it said of past cases stays."""
        return False

    @admin.display(description=_("how long"))
    def how_long(self, rule: ClockRule) -> str:
        """Number and unit."""
        return f"{rule.amount} {rule.get_unit_display()}" if rule.amount else str(_("not set"))

    @admin.display(description=_("confirmed"))
    def standing(self, rule: ClockRule) -> str:
        """When somebody confirmed it, or that nobody did."""
        if rule.confirmed_on:
            return str(rule.confirmed_on)
        return format_html('<strong class="privacy-bad">{}</strong>', _("not confirmed"))

    @admin.action(description=_("Confirm: I have read them and their source"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take note that the chosen clocks were read."""
        for rule in queryset:
            deadlines.confirm(rule, actor=_staff(request))
        self.message_user(request, _("Confirmed."), messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: ClockRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        deadlines.confirm(obj, actor=_staff(request))
        deadlines.refresh()


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Days on which nobody works."""

    list_display = ("day", "name")
    date_hierarchy = "day"

    def save_model(self, request: HttpRequest, obj: Holiday, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        deadlines.refresh()

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        super().delete_model(request, obj)
        deadlines.refresh()


@admin.register(Probe)
class ProbeAdmin(EvidenceAdmin):
    """Our own mails to the printed address, and whether they came back."""

    list_display = ("sent_at", "address", "seen_at")


@admin.register(Publication)
class PublicationAdmin(EvidenceAdmin):
    """Published figures; what is published stays."""

    list_display = ("quarter", "published_at", "digest")
    fields = ("quarter", "published_at", "digest", "figures")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that publishes."""
        view = self.admin_site.admin_view(self.publish_view)
        return [
            path("publish/<str:quarter>/", view, name="onvif_privacy_enquiries_publication_publish"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what is published, and which quarters wait."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Published figures"),
            "opts": self.opts,
            "published": publishing.shown(),
            "waiting": publishing.waiting(timezone.now()),
            "publishes": request.user.has_perm(VERIFY),
        }
        return TemplateResponse(request, "admin/onvif_privacy_enquiries/publications.html", context)

    def publish_view(self, request: HttpRequest, quarter: str) -> HttpResponse:
        """Show the figures of a quarter as they would stand there; publish them by POST."""
        if not request.user.has_perm(VERIFY):
            raise PermissionDenied
        try:
            first = publishing.quarter_of(date.fromisoformat(quarter))
        except ValueError:
            return HttpResponseRedirect(reverse(LIST))
        if request.method == "POST":
            try:
                publishing.publish(quarter=first, actor=_staff(request))
            except NotNow as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Published."))
            return HttpResponseRedirect(reverse(LIST))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish figures"),
            "opts": self.opts,
            "quarter": first,
            "figures": publishing.figures(first, as_of=timezone.now(), k=house.K),
        }
        return TemplateResponse(request, "admin/onvif_privacy_enquiries/publish.html", context)
