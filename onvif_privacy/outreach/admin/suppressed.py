"""Suppression: type an address and see what is kept from it. There is no list, because no address is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.outreach.admin.acting import attempt, page, staff
from onvif_privacy.outreach.admin.forms import SuppressionForm
from onvif_privacy.outreach.models import Suppression
from onvif_privacy.outreach.services import suppression


@admin.register(Suppression)
class SuppressionAdmin(EvidenceAdmin):
    """One page in the place of a list; each look-up is an entry, and nothing can be deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        """The page itself; single rows have none."""
        name = "onvif_privacy_outreach_suppression_changelist"
        return [path("", self.admin_site.admin_view(self.changelist_view), name=name)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Look up an address, or add one."""
        from django.utils.translation import gettext as _

        if not self.has_view_permission(request):
            raise PermissionDenied
        looks = request.user.has_perm("onvif_privacy_outreach.look_up_suppression")
        adds = request.user.has_perm("onvif_privacy_outreach.add_suppression")
        form = SuppressionForm(request.POST if request.method == "POST" else None)
        found = None
        if form.is_valid():
            address = form.cleaned_data["address"]
            if "add" in request.POST and adds:
                scope = form.cleaned_data["scope"] or Suppression.ALL
                add = lambda: suppression.suppress(address=address, scope=scope, reason="staff")  # noqa: E731
                attempt(request, add, _("Nothing of this reaches the address any more."))
            if looks:
                found = suppression.look_up(address=address, actor=staff(request))
        context = {"title": _("Suppressed addresses"), "form": form, "found": found, "looks": looks, "adds": adds}
        return page(request, self, "suppression", context)
