"""Holds of a case: what is kept sealed and until when, one more as long, and the end before its day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.legal.admin.acting import attempt, now_strong, page, staff
from onvif_privacy.disclosures.legal.admin.scoping import Overview
from onvif_privacy.disclosures.legal.forms import Named, aware, moment
from onvif_privacy.disclosures.legal.services import holds
from onvif_privacy.disclosures.models import Case, Hold
from onvif_privacy.disclosures.services import fields
from onvif_privacy.disclosures.services.acting import APPROVE, WORK, side_of
from onvif_privacy.disclosures.services.reading import opened


class HoldForm(Named):
    """A sealed copy of named fields, for a while."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Hold.Kind)
    fields_held = forms.MultipleChoiceField(label=_("Which fields?"), widget=forms.CheckboxSelectMultiple)
    since = moment(_("From"), _("UTC. Empty is from the beginning."))
    until = moment(_("Until"), _("UTC, not included. Empty is until today."))
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=4000,
        required=False,
        help_text=_("A legal hold of our own needs one."),
    )
    field_order = ("kind", "people", "fields_held", "since", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = fields.choices()
        options = [(one.key, f"{one.label} ({one.data_class})") for one in self.choices]
        self.fields["fields_held"].choices = options  # type: ignore[attr-defined]

    def chosen(self) -> list[fields.Choice]:
        """Return the fields that were ticked."""
        ticked = set(self.cleaned_data["fields_held"])
        return [one for one in self.choices if one.key in ticked]


def view(request: HttpRequest, admin: Any, case: Case, overview: Overview) -> HttpResponseBase:
    """Show the holds of a case; begin one, hold longer, or end one by POST."""
    side = side_of(case, request.user)
    works = request.user.has_perm(WORK) and side in ("", "work")
    approves = request.user.has_perm(APPROVE) and side in ("", "approve")
    form = HoldForm(request.POST if "place" in request.POST else None)
    if request.method == "POST":
        if "agree" in request.POST and (first := asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)):
            messages.info(request, _("Please show again who you are. Then press the button once more."))
            return first
        if "place" not in request.POST or (form.is_valid() and _place(request, case, form)):
            _act(request, case)
            return HttpResponseRedirect(request.path)
    context = {
        **overview(request, case),
        "title": _("%(ref)s: holds") % {"ref": case.ref},
        "form": form,
        "holds": [_shown(one) for one in Hold.objects.filter(case=case).select_related("case__regime", "started_by")],
        "works": works,
        "approves": approves,
        "preserve_days": case.regime.preserve_days,
        "legal_days": holds.LEGAL_DAYS,
    }
    return page(request, admin, "holds", context)


def _shown(hold: Hold) -> dict[str, Any]:
    """Return what is shown of a hold: whose and which fields as counts and names, never a value."""
    chosen = holds.selection(hold)
    labels = {(one.model, one.field): one.label for one in fields.choices()}
    with opened():
        reason = str(Hold.objects.get(pk=hold.pk).reason or "")
    return {
        "hold": hold,
        "people": len({one["subject"] for one in chosen}),
        "fields": sorted({labels.get((one["model"], one["field"]), one["field"]) for one in chosen}),
        "reason": reason,
        "beyond": holds.is_beyond(hold),
        "unconfirmed": holds.unconfirmed().filter(pk=hold.pk).exists(),
    }


def _place(request: HttpRequest, case: Case, form: HoldForm) -> bool:
    data = form.cleaned_data
    return attempt(
        request,
        lambda: holds.preserve(
            case=case,
            actor=staff(request),
            people=form.named(),
            choices=form.chosen(),
            since=aware(data["since"]),
            until=aware(data["until"]),
            kind=data["kind"],
            reason=data["reason"],
        ),
        _("The hold has begun; the copy is taken within the hour."),
    )


def _act(request: HttpRequest, case: Case) -> None:
    """Hold longer, or end; what is asked by no button changes nothing."""
    name = next((one for one in ("renew", "agree", "end") if one in request.POST), "")
    if not name:
        return
    hold = get_object_or_404(Hold.objects.select_related("case__regime"), pk=request.POST[name], case=case)
    if name == "end":
        words = request.POST.get("reason", "")
        attempt(request, lambda: holds.end_early(hold=hold, actor=staff(request), reason=words), _("The hold ended."))
        return
    done: list[bool] = []

    def renew() -> None:
        done.append(holds.renew(hold=hold, actor=staff(request), strength=now_strong(request)))

    said: Any = _("Your yes is recorded.") if name == "agree" else _("Held once more as long.")
    if attempt(request, renew, said) and not done[0]:
        messages.info(request, _("It waits for a second yes."))
