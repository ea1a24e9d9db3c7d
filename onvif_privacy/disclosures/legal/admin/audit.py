"""Who looked at what. Looking at this is a look, too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.legal.admin.acting import looked
from onvif_privacy.disclosures.models import AccessRecord
from onvif_privacy.disclosures.services.acting import AUDIT


@admin.register(AccessRecord)
class AccessRecordAdmin(EvidenceAdmin):
    """Every look, newest first."""

    list_display = ("at", "actor", "action", "thing", "case", "purpose")
    list_filter = ("action",)
    list_select_related = ("actor", "case")
    search_fields = ("case__ref",)
    date_hierarchy = "at"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(AUDIT)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(AUDIT)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the looks; this one is among them."""
        if not request.user.has_perm(AUDIT):
            raise PermissionDenied
        return looked(request, "audit", "reads") or super().changelist_view(request, extra_context)
