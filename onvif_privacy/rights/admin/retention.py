"""What ends when: the rule of each model, how many rows it ends by when, and the yes that a large one waits for."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.rights.models import RetentionRule
from onvif_privacy.rights.services import requests, retention

APPROVE = "onvif_privacy_rights.approve_erasure"
LIST = "admin:onvif_privacy_rights_retentionrule_changelist"


@admin.register(RetentionRule)
class RetentionRuleAdmin(EvidenceAdmin):
    """Rules of retention. Examples name rows by their key, never a value."""

    fields = ("model", "since", "due", "total", "approved_at", "approved_by")

    def get_urls(self) -> list[URLPattern]:
        """Add the yes."""
        view = self.admin_site.admin_view(self.approve_view)
        return [
            path("<uuid:pk>/approve/", view, name="onvif_privacy_rights_retentionrule_approve"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show every model of which something ends by itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = retention.endings(at=timezone.now())
        shown = [(one, [(words, one.counts[name]) for name, _days, words in retention.HORIZONS]) for one in found]
        context = {
            **self.admin_site.each_context(request),
            "title": _("What ends when"),
            "opts": self.opts,
            "horizons": [words for _name, _days, words in retention.HORIZONS],
            "shown": sorted(shown, key=lambda pair: not pair[0].waits),
            "waiting": sum(one.waits for one in found),
            "approves": request.user.has_perm(APPROVE),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/onvif_privacy_rights/retention.html", context)

    def approve_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Let a rule run by POST, if it is still the one that was shown; anything else leads back."""
        rule = get_object_or_404(RetentionRule, pk=pk)
        if not (self.has_view_permission(request) and request.user.has_perm(APPROVE)):
            raise PermissionDenied
        if request.method == "POST":
            rule.digest = request.POST.get("digest", "")
            try:
                retention.approve(rule, actor=cast("AbstractBaseUser", request.user))
            except requests.NotNow as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The rule runs from the next hour on."))
        return HttpResponseRedirect(reverse(LIST))
