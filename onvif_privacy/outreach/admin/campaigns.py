"""Campaigns: write, look, try, submit, approve, watch."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from onvif_privacy.core import subjects
from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.outreach.admin.acting import attempt, page, staff
from onvif_privacy.outreach.admin.forms import CampaignForm
from onvif_privacy.outreach.models import Campaign
from onvif_privacy.outreach.services import partners
from onvif_privacy.outreach.services.campaigns import acting, progress, trying

State = Campaign.State
SHAPES = {
    "draft": "○",
    "submitted": "◔",
    "approved": "◑",
    "queueing": "◕",
    "sending": "▶",
    "paused": "‖",
    "done": "●",
    "cancelled": "✕",
}
# what the frame of a preview may do: nothing
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; sandbox"


@admin.register(Campaign)
class CampaignAdmin(EvidenceAdmin):
    """What is sent to whom; nobody's address is shown anywhere."""

    list_display = ("ref", "title", "kind", "party", "standing", "progress", "next_step", "created_at")
    list_filter = ("state", "kind", "purpose")
    list_select_related = ("party",)
    search_fields = ("ref", "title")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["onvif_privacy_outreach.add_campaign", acting.CHANGE])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Remember who looks: the next step is theirs or somebody else's."""
        self._looking = subjects.for_user(staff(request)).reference, request.user.has_perm(acting.APPROVE)
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("state"), ordering="state")
    def standing(self, one: Campaign) -> str:
        """The state by shape and word."""
        return format_html('<span aria-hidden="true">{}</span> {}', SHAPES[one.state], one.get_state_display())

    @admin.display(description=_("progress"))
    def progress(self, one: Campaign) -> str:
        """How much has an end."""
        if one.began_at is None:
            return "–"
        found = progress.of(one)
        return f"{found.percent} % ({found.sent})"

    @admin.display(description=_("next step"))
    def next_step(self, one: Campaign) -> str:
        """What whoever looks can do."""
        reference, approves = getattr(self, "_looking", ("", False))
        if one.state == State.SUBMITTED:
            mine = approves and not (one.needs_second and one.submitted_by == reference)
            return str(_("approve") if mine else _("waits for another person"))
        steps = {State.DRAFT: _("submit"), State.PAUSED: _("go on or cancel")}
        return str(steps.get(State(one.state), "–"))

    def get_urls(self) -> list[URLPattern]:
        """Add the acts, the frame of a preview, and the progress."""
        view = self.admin_site.admin_view
        name = "onvif_privacy_outreach_campaign"
        return [
            path("<uuid:pk>/act/<slug:act>/", view(self.act_view), name=f"{name}_act"),
            path("<uuid:pk>/frame/<str:language>/", view(self.frame_view), name=f"{name}_frame"),
            path("<uuid:pk>/progress/", view(self.progress_view), name=f"{name}_progress"),
            path("<uuid:pk>/edit/", view(self.edit_view), name=f"{name}_edit"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Write a new campaign."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._edit(request, Campaign(), _("Write a campaign"))

    def edit_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Change a draft; what was submitted becomes a draft again."""
        found = self._found(request, pk)
        if not request.user.has_perm(acting.CHANGE):
            raise PermissionDenied
        return self._edit(request, found, f"{found.ref}: {_('change')}")

    def _edit(self, request: HttpRequest, campaign: Campaign, title: Any) -> HttpResponse:
        form = CampaignForm(request.POST if request.method == "POST" else None, instance=campaign)
        if form.is_valid():
            save = lambda: acting.save(form.instance, form.texts, actor=staff(request))  # noqa: E731
            if attempt(request, save, _("Kept as a draft.")):
                return HttpResponseRedirect(self._address(form.instance))
        return page(request, self, "campaign_form", {"form": form, "title": title, "languages": settings.LANGUAGES})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show both parts side by side, what is wrong, how many people it reaches, and what can be done."""
        try:
            found = self._found(request, object_id)
        except (ValueError, ValidationError):
            raise Http404 from None
        changes, approves = request.user.has_perm(acting.CHANGE), request.user.has_perm(acting.APPROVE)
        is_mine = found.submitted_by == subjects.for_user(staff(request)).reference
        context = {
            "title": str(found),
            "original": found,
            "shape": SHAPES[found.state],
            "samples": trying.preview(found),
            "problems": acting.problems(found) if found.state == State.DRAFT else [],
            "estimate": self._estimate(found),
            "progress": progress.of(found) if found.began_at else None,
            "links": found.links.select_related("link"),
            "may_edit": changes and found.state in (State.DRAFT, State.SUBMITTED),
            "may_submit": changes and found.state == State.DRAFT,
            "may_approve": approves and found.state == State.SUBMITTED and not (found.needs_second and is_mine),
            "waits": found.state == State.SUBMITTED and found.needs_second and is_mine,
            "may_pause": changes and found.state in (State.QUEUEING, State.SENDING),
            "may_resume": changes and found.state == State.PAUSED,
            "may_cancel": changes and found.state not in acting.ENDED,
            "may_test": changes or approves,
            "partner_link": changes and found.kind == Campaign.Kind.OFFER and found.began_at is not None,
        }
        return page(request, self, "campaign", context)

    @staticmethod
    def _estimate(found: Campaign) -> int | None:
        try:
            return acting.estimate(found)
        except acting.NotNow:
            return None

    def act_view(self, request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        """Carry out one act by POST; anything else leads back."""
        found = self._found(request, pk)
        who = staff(request)
        acts: dict[str, tuple[Any, Any]] = {
            "submit": (lambda: acting.submit(found, actor=who), _("Submitted.")),
            "approve": (
                lambda: acting.approve(found, actor=who, digest=request.POST.get("digest", "")),
                _("Approved; it is sent by itself."),
            ),
            "pause": (lambda: acting.pause(found, actor=who), _("Paused.")),
            "resume": (lambda: acting.resume(found, actor=who), _("It goes on.")),
            "cancel": (lambda: acting.cancel(found, actor=who), _("Cancelled.")),
            "test": (lambda: trying.test_send(found, actor=who), _("A test is on its way to your own address.")),
        }
        if request.method == "POST" and act in acts:
            attempt(request, *acts[act])
        elif request.method == "POST" and act == "partner":
            messages.info(request, partners.link(found, actor=who))
        return HttpResponseRedirect(self._address(found))

    def frame_view(self, request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
        """Give the HTML part as a document of its own that can run, load and send nothing."""
        found = self._found(request, pk)
        sample = next((one for one in trying.preview(found) if one.language == language), None)
        if sample is None:
            raise Http404
        return _framed(sample.html)

    def progress_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Give the part of the page that shows progress, for the script that keeps it fresh."""
        found = self._found(request, pk)
        context = {"original": found, "progress": progress.of(found), "shape": SHAPES[found.state]}
        return render(request, "admin/onvif_privacy_outreach/progress.html", context)

    def _found(self, request: HttpRequest, pk: Any) -> Campaign:
        found: Campaign = get_object_or_404(acting.rows().select_related("party", "survey"), pk=pk)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    @staticmethod
    def _address(found: Campaign) -> str:
        return reverse("admin:onvif_privacy_outreach_campaign_change", args=[found.pk])


def _framed(html: str) -> HttpResponse:
    @xframe_options_sameorigin
    def view(request: HttpRequest | None) -> HttpResponse:
        headers = {"Content-Security-Policy": FRAME_POLICY, "X-Content-Type-Options": "nosniff"}
        return HttpResponse(html, headers=headers)

    return view(HttpRequest())
