"""Admin of audits: what each walk through the site found, and the screenshots of a version."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.models import AuditRun, PolicyScreenshot
from onvif_privacy.cookies.services import pictures
from onvif_privacy.core.admin import EvidenceAdmin


def _listed(lines: list[str], otherwise: Any) -> SafeString:
    if not lines:
        return format_html("{}", otherwise)
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))


@admin.register(AuditRun)
class AuditRunAdmin(EvidenceAdmin):
    """Audits to read; ``privacy_cookies audit`` makes them."""

    list_display = ("began_at", "verdict", "number", "site", "engine", "policy", "pages")
    list_filter = ("verdict", "engine")
    fields = (
        "site",
        "began_at",
        "ended_at",
        "engine",
        "visitors",
        "policy",
        "pages",
        "verdict",
        "what_was_found",
        "what_was_not_seen",
        "entry",
    )
    readonly_fields = ("visitors", "what_was_found", "what_was_not_seen")

    @admin.display(description=_("found"))
    def number(self, run: AuditRun) -> int:
        """How many different things are wrong."""
        return len(run.found)

    @admin.display(description=_("visitors"))
    def visitors(self, run: AuditRun) -> str:
        """The states in words."""
        states = dict(AuditRun.State.choices)
        return ", ".join(str(states.get(state, state)) for state in run.states)

    @admin.display(description=_("found"))
    def what_was_found(self, run: AuditRun) -> SafeString:
        """Each fault as a sentence."""
        return _listed(run.lines(), _("Nothing."))

    @admin.display(description=_("not seen"))
    def what_was_not_seen(self, run: AuditRun) -> SafeString:
        """What could not be looked at."""
        return _listed(run.unseen, _("Nothing."))


class PolicyScreenshotInline(admin.TabularInline):  # type: ignore[type-arg] # not subscriptable at run time
    """The pictures of a version, to look at only."""

    model = PolicyScreenshot
    fields = readonly_fields = ("picture", "shows", "taken_at")
    extra = 0
    can_delete = False

    @admin.display(description=_("picture"))
    def picture(self, shot: PolicyScreenshot) -> SafeString:
        """A small copy that leads to the whole one."""
        address = reverse("admin:onvif_privacy_cookies_picture", args=[shot.pk])
        image = '<a href="{}"><img src="{}" alt="{}" height="80" loading="lazy"></a>'
        return format_html(image, address, address, _("screenshot: %(what)s") % {"what": shot})

    @admin.display(description=_("shows"))
    def shows(self, shot: PolicyScreenshot) -> SafeString:
        """What it shows, and the digest of its file."""
        what = (shot.get_state_display(), shot.language, shot.viewport, shot.get_colours_display())
        return format_html("{}<br><code>{}…</code>", " · ".join(map(str, what)), shot.digest[:16])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def picture_view(key: uuid.UUID) -> HttpResponse:
    """Return a picture; raises Http404 where its file is lost or is not what was stored."""
    shot = get_object_or_404(PolicyScreenshot, pk=key)
    content = pictures.whole(shot)
    if content is None:
        raise Http404("The file is lost, or was changed.")
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})
