"""Authorities, their people and keys, and the instruments of law."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.legal.admin.acting import attempt, may_look, now_strong, staff
from onvif_privacy.disclosures.legal.forms import AuthorityForm, KeyForm
from onvif_privacy.disclosures.legal.services import authenticity, regimes
from onvif_privacy.disclosures.models import Authority, RecipientKey, Regime
from onvif_privacy.disclosures.services import sealing
from onvif_privacy.disclosures.services.acting import OFFICER, WORK


class _Register(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """A list that the working side keeps, and nobody deletes from."""

    actions = None
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(WORK)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(WORK)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Authority)
class AuthorityAdmin(_Register):
    """Authorities: what we know of them by ourselves, and until when it counts."""

    form = AuthorityForm
    list_display = ("party", "kind", "status", "expires_on")
    list_filter = ("status",)
    list_select_related = ("party",)
    readonly_fields = ("status", "found_at", "found_by", "verified_by", "countersigned_by", "expires_on")
    change_form_template = "admin/onvif_privacy_disclosures/authority.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the two signatures."""
        view = self.admin_site.admin_view(self.sign_view)
        name = "onvif_privacy_disclosures_authority_sign"
        return [path("<uuid:pk>/sign/<slug:act>/", view, name=name), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note who found the number, and when; what was changed is not verified any more."""
        if "call_back" in form.changed_data:
            obj.found_by, obj.found_at = request.user, timezone.now()
        if change and form.changed_data and obj.status == Authority.Status.VERIFIED:
            obj.status, obj.verified_by, obj.countersigned_by = Authority.Status.UNVERIFIED, None, None
        super().save_model(request, obj, form, change)

    def sign_view(self, request: HttpRequest, pk: Any, act: str) -> HttpResponseBase:
        """Say that it was looked up, or countersign that."""
        found, back = (
            get_object_or_404(Authority, pk=pk),
            HttpResponseRedirect(reverse("admin:onvif_privacy_disclosures_authority_change", args=[pk])),
        )
        if request.method != "POST":
            return back
        if act == "look-up":
            attempt(
                request,
                lambda: authenticity.verify_authority(authority=found, actor=staff(request)),
                _("Looked up. A second person must countersign it."),
            )
        elif act == "countersign":
            first = asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)
            if first is not None:
                return first
            attempt(
                request,
                lambda: authenticity.countersign_authority(
                    authority=found, actor=staff(request), strength=now_strong(request)
                ),
                _("The authority is verified for a year."),
            )
        return back


@admin.register(RecipientKey)
class RecipientKeyAdmin(_Register):
    """Keys that packages are encrypted to. A key is added or revoked, and never changed."""

    form = KeyForm
    list_display = ("party", "method", "fingerprint", "at", "revoked_at")
    list_select_related = ("party",)
    readonly_fields = ("fingerprint", "at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Add a key with its fingerprint."""
        obj.public = obj.public.strip()
        obj.fingerprint = sealing.fingerprint(obj.public) if obj.public else ""
        obj.proved_by, obj.at = request.user, timezone.now()
        obj.save()


@admin.register(Regime)
class RegimeAdmin(EvidenceAdmin):
    """Instruments of law. What counsel has not confirmed says so; a change is a new version."""

    list_display = ("key", "version", "instrument", "ground", "lane", "clock", "confirmed")
    list_filter = ("ground", "lane")
    search_fields = ("key", "instrument")
    change_form_template = "admin/onvif_privacy_disclosures/regime.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    @admin.display(description=_("clock"))
    def clock(self, regime: Regime) -> str:
        """The time there is to answer."""
        length = f"{regime.clock_length} " if regime.clock_length else ""
        return f"{length}{regime.get_clock_kind_display()}"

    @admin.display(description=_("confirmed"))
    def confirmed(self, regime: Regime) -> str:
        """Who confirmed it, or that nobody has."""
        return (
            f"{regime.confirmed_by} ({regime.confirmed_on})"
            if regime.is_confirmed
            else str(_("not confirmed by counsel"))
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the confirmation."""
        view = self.admin_site.admin_view(self.confirm_view)
        name = "onvif_privacy_disclosures_regime_confirm"
        return [path("<uuid:pk>/confirm/", view, name=name), *super().get_urls()]

    def confirm_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Write down that counsel has confirmed this version."""
        found = get_object_or_404(Regime, pk=pk)
        if not request.user.has_perm(OFFICER):
            raise PermissionDenied
        if request.method == "POST":
            words = request.POST.get("confirmed_by", "")
            attempt(request, lambda: regimes.confirm(found, by=words, actor=staff(request)), _("Confirmed."))
        return HttpResponseRedirect(reverse("admin:onvif_privacy_disclosures_regime_change", args=[pk]))
