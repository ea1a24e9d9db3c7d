"""The page on which the other side decides: everything that leaves, printable, under one digest."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.legal import forms
from onvif_privacy.disclosures.legal.admin.acting import attempt, now_strong, page, staff
from onvif_privacy.disclosures.legal.admin.scoping import Overview, lines
from onvif_privacy.disclosures.models import Approval, Case, Scope
from onvif_privacy.disclosures.services import approvals, digest
from onvif_privacy.disclosures.services.acting import APPROVE, side_of
from onvif_privacy.disclosures.services.reading import opened


def view(request: HttpRequest, admin: Any, case: Case, overview: Overview) -> HttpResponseBase:
    """Show what leaves; take the yes to its digest, or the no with its reason."""
    if case.scope is None or not case.scope.is_frozen:
        return HttpResponse(_("Nothing was submitted."), status=404, content_type="text/plain; charset=utf-8")
    if request.method == "POST":
        if not request.user.has_perm(APPROVE):
            raise PermissionDenied
        first = asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)
        if first is not None:
            return first
        _decide(request, case)
        return HttpResponseRedirect(request.path)
    may = request.user.has_perm(APPROVE) and side_of(case, request.user) in ("", "approve")
    may = may and case.state == "submitted"
    if may and now_strong(request) < Strength.RECENT:
        first = asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)
        if first is not None:
            return first
    return page(request, admin, "approve", {**overview(request, case), **_shown(case), "may": may})


def _decide(request: HttpRequest, case: Case) -> None:
    actor, strength = staff(request), now_strong(request)
    if "yes" in request.POST:
        shown = request.POST.get("digest", "")
        attempt(
            request,
            lambda: approvals.approve(case=case, shown=shown, actor=actor, strength=strength),
            _("Your yes is recorded."),
        )
    elif "no" in request.POST:
        reason = request.POST.get("reason", "")
        attempt(
            request,
            lambda: approvals.send_back(case=case, actor=actor, strength=strength, reason=reason),
            _("Returned to the working side."),
        )


def _shown(case: Case) -> dict[str, Any]:
    scope = case.scope
    assert scope is not None  # noqa: S101 - asked before
    rows = lines(scope)
    with opened():
        row = Scope.objects.select_related("recipient_key", "party", "prepared_by", "regime").get(pk=scope.pk)
        reasons = row.reason if isinstance(row.reason, dict) else {}
    yes = Approval.objects.filter(about=scope.pk, action="scope").select_related("actor")
    before = Scope.objects.filter(case=case, version=scope.version - 1).first()
    return {
        "title": _("%(ref)s: decide what leaves") % {"ref": case.ref},
        "scope": row,
        "groups": scope.digest_groups,
        "is_whole": digest.holds(scope),
        "rows": rows,
        "changed": _changed(rows, lines(before)) if before is not None else None,
        "reasons": [
            (forms.QUESTIONS[key], words) for key, words in reasons.items() if words and key in forms.QUESTIONS
        ],
        "votes": yes,
        "needed": scope.approvals_needed,
        "counted": approvals.count(scope),
        "key_groups": [row.recipient_key.fingerprint[place : place + 4] for place in range(0, 64, 4)]
        if row.recipient_key and row.recipient_key.fingerprint
        else [],
        "reason_form": forms.NoteForm(),
    }


def _changed(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[str]:
    """Return what differs from the last submission, in words."""

    def words(rows: list[dict[str, Any]]) -> set[str]:
        return {
            f"{row['selector']}: {row['label']} ({row['item'].get_verdict_display()}, "
            f"{row['item'].granted_from or '–'} – {row['item'].granted_to or '–'})"
            for row in rows
        }

    new, old = words(now), words(before)
    return [f"+ {one}" for one in sorted(new - old)] + [f"− {one}" for one in sorted(old - new)]
