"""Who looked at what. Looking at this is a look, too."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.legal.admin.acting import looked, page
from onvif_privacy.disclosures.legal.services import reads
from onvif_privacy.disclosures.models import AccessRecord
from onvif_privacy.disclosures.services.acting import AUDIT


class ReadsForm(forms.Form):
    """Which looks."""

    action = forms.ChoiceField(
        label=_("action"), choices=[("", _("all")), *AccessRecord.Action.choices], required=False
    )
    case = forms.CharField(label=_("reference of a case"), max_length=16, required=False)
    without_part = forms.BooleanField(label=_("only by people without a part in the case"), required=False)


@admin.register(AccessRecord)
class AccessRecordAdmin(EvidenceAdmin):
    """Every look, newest first. Nothing is counted: there may be millions."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(AUDIT)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(AUDIT)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the looks; this one is among them."""
        if not request.user.has_perm(AUDIT):
            raise PermissionDenied
        if first := looked(request, "audit", "reads"):
            return first
        form = ReadsForm(request.GET)
        asked = form.cleaned_data if form.is_valid() else {}
        found = reads.page(before=request.GET.get("before", ""), **asked)
        given = {name: value for name, value in request.GET.items() if name in form.fields}
        context = {
            "title": _("Reads"),
            "form": form,
            "rows": found.rows,
            "older": f"?{urlencode({**given, 'before': found.older})}" if found.older else "",
            "is_first": "before" not in request.GET,
        }
        return page(request, self, "reads", context)
