"""The screen of jobs: when each last ran, when it is due, and what is wrong with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.jobs import overview
from onvif_privacy.core.models import Lease


def _words(interval: timedelta) -> str:
    """Write an interval as Django writes times: 1 day, 6 hours, 1 minute."""
    if interval < timedelta(minutes=1):
        seconds = int(interval.total_seconds())
        return ngettext("%(number)d second", "%(number)d seconds", seconds) % {"number": seconds}
    now = timezone.now()
    return timesince(now - interval, now)


@admin.register(Lease)
class LeaseAdmin(EvidenceAdmin):
    """Jobs: every declared one, those that never ran, too."""

    fields = ("job", "holder", "until", "known_at", "started_at", "done_at", "failed_at", "failure")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the state of each declared job by the database's clock; one query."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        states = sorted(overview(), key=lambda state: (not state.overdue, not state.failure, state.job.name))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Jobs"),
            "opts": self.opts,
            "states": [(state, _words(state.job.interval)) for state in states],
            "overdue": [state.job.name for state in states if state.overdue],
            "failed": [state.job.name for state in states if state.failure],
            "never": not any(state.started_at for state in states),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/onvif_privacy/jobs.html", context)
