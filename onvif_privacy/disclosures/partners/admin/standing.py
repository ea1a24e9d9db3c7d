"""Standing statements: said by one person, confirmed by another, withdrawn by anybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.models import Standing
from onvif_privacy.disclosures.partners.admin.acting import attempt, back, has_any, page, sent, staff, sure
from onvif_privacy.disclosures.partners.admin.forms import Plain
from onvif_privacy.disclosures.services.transparency import standing
from onvif_privacy.disclosures.services.transparency.publishing import APPROVE, OFFICER, PUBLISH

NAME = "onvif_privacy_disclosures_standing"


class SayForm(forms.Form):
    """What is said, as of which day, and until when."""

    claim = forms.ChoiceField(label=_("statement"), choices=Standing.Claim.choices)
    as_of = forms.DateField(label=_("as of"), widget=forms.DateInput(attrs={"type": "date"}))
    expires_on = forms.DateField(
        label=_("no longer shown from"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Within a year. A statement that is over is shown no longer, and a check asks for it."),
    )


@admin.register(Standing)
class StandingAdmin(EvidenceAdmin):
    """What the transparency page says was never done."""

    list_display = ("claim", "as_of", "expires_on", "confirmed_at", "withdrawn_at")
    fields = ("claim", "as_of", "expires_on", "said_by", "said_at", "confirmed_by", "confirmed_at", "withdrawn_at")
    change_form_template = "admin/onvif_privacy_disclosures/steps.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_any(request, PUBLISH, APPROVE, OFFICER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return has_any(request, PUBLISH)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the row with the steps that are possible now."""
        row, steps = self.get_object(request, object_id), list[tuple[str, Any]]()
        if row and row.withdrawn_at is None:
            if row.confirmed_at is None and has_any(request, APPROVE, OFFICER):
                steps.append((reverse(f"admin:{NAME}_step", args=[row.pk, "confirm"]), _("Confirm")))
            steps.append((reverse(f"admin:{NAME}_step", args=[row.pk, "withdraw"]), _("Withdraw")))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a step."""
        step = self.admin_site.admin_view(self.step)
        return [path("<uuid:pk>/step/<slug:step>/", step, name=f"{NAME}_step"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Say a statement."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form, made = SayForm(sent(request)), list[Standing]()
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            if attempt(request, lambda: made.append(standing.say(actor=staff(request), **said)), _("Done.")):
                return back(made[0])
        return page(request, self, title=_("Say what was never done"), form=form, facts=[], button=_("Say"))

    def step(self, request: HttpRequest, pk: Any, step: str) -> HttpResponseBase:
        """Confirm or withdraw a statement."""
        acts = {"confirm": (standing.confirm, _("Confirm")), "withdraw": (standing.withdraw, _("Withdraw"))}
        if step not in acts or not self.has_view_permission(request):
            raise PermissionDenied
        if step == "confirm" and (first := sure(request)) is not None:
            return first
        row, (act, label) = get_object_or_404(Standing.objects.select_related("said_by"), pk=pk), acts[step]
        form = Plain(sent(request))
        if request.method == "POST" and attempt(request, lambda: act(row, actor=staff(request)), _("Done.")):
            return back(row)
        facts = [
            (_("statement"), row.get_claim_display()),
            (_("as of"), row.as_of),
            (_("no longer shown from"), row.expires_on),
            (_("said by"), row.said_by),
        ]
        return page(request, self, title=label, form=form, facts=facts, button=label)
