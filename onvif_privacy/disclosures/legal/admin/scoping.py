"""Ground and scope: one form, and a line for each item that can be narrowed or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from onvif_privacy.disclosures.legal import forms
from onvif_privacy.disclosures.legal.admin.acting import attempt, page, staff
from onvif_privacy.disclosures.legal.services import notices
from onvif_privacy.disclosures.models import Case, Scope, ScopeItem
from onvif_privacy.disclosures.services import approvals, fields, people, scopes
from onvif_privacy.disclosures.services.acting import WORK
from onvif_privacy.disclosures.services.reading import opened

Overview = Callable[[HttpRequest, Case], dict[str, Any]]


def _initial(case: Case, scope: Scope | None) -> dict[str, Any]:
    if scope is None:
        return {"ground": case.regime.ground, "notice_mode": case.regime.notice_mode}
    with opened():
        row = Scope.objects.get(pk=scope.pk)
        rows = list(scopes.items(scope))
        names = list(dict.fromkeys(str(one.selector) for one in rows))
        reasons = row.reason if isinstance(row.reason, dict) else {}
    first = rows[0] if rows else None
    return {
        "ground": row.ground,
        "notice_mode": row.notice_mode,
        "served_entity": row.served_entity,
        "recipient_key": row.recipient_key_id,
        "review_by": row.review_by,
        "privilege": row.privilege,
        "people": "\n".join(names),
        "fields_asked": sorted({f"{one.model}|{one.field}|{one.data_class}" for one in rows}),
        "asked_from": first.asked_from if first else None,
        "asked_to": first.asked_to if first else None,
        **reasons,
    }


def lines(scope: Scope) -> list[dict[str, Any]]:
    """Return the items of a scope as they are shown: never a value, only how many rows there are."""
    found = []
    with opened():
        rows = [(one, str(one.selector), str(one.subject or "")) for one in scopes.items(scope)]
    for item, selector, subject in rows:
        choice = fields.known(item.model, item.field, item.data_class)
        person = people.by_id(subject) if subject else None
        held = fields.held(choice, person, item.granted_from, item.granted_to) if choice and person else 0
        found.append(
            {
                "item": item,
                "selector": selector,
                "label": choice.label if choice else str(item),
                "timed": bool(choice and choice.time_field),
                "held": held,
            }
        )
    return found


def view(request: HttpRequest, admin: Any, case: Case, overview: Overview) -> HttpResponse:
    """Show and take ground and scope of a case."""
    if not request.user.has_perm(WORK):
        raise PermissionDenied
    scope = case.scope if case.scope is not None and not case.scope.is_frozen else None
    form = forms.ScopeForm(case, request.POST if "save" in request.POST else None, initial=_initial(case, case.scope))
    if request.method == "POST":
        if "save" in request.POST and form.is_valid():
            if attempt(request, lambda: _save(request, case, form), _("Saved. Look at each line below.")):
                return HttpResponseRedirect(request.path)
        elif "decide" in request.POST:
            _decide(request, case)
            return HttpResponseRedirect(request.path)
        elif "submit" in request.POST:
            if attempt(request, lambda: _submit(request, case), _("Submitted: the other side decides.")):
                return HttpResponseRedirect(f"{request.path}../change/")
            return HttpResponseRedirect(request.path)
        elif "amend" in request.POST:
            attempt(request, lambda: approvals.amend(case=case, actor=staff(request)), _("Taken back."))
            return HttpResponseRedirect(request.path)
    rows = lines(case.scope) if case.scope is not None else []
    for row in rows:
        row["form"] = forms.ItemForm(
            prefix=f"i{row['item'].position}",
            initial={
                "verdict": row["item"].verdict,
                "reason": row["item"].reason,
                "granted_from": row["item"].granted_from,
                "granted_to": row["item"].granted_to,
            },
        )
    whole = len(fields.choices())
    context = {
        **overview(request, case),
        "title": _("%(ref)s: ground and scope") % {"ref": case.ref},
        "form": form,
        "scope": scope,
        "rows": rows,
        "hint": _("Everything would be %(all)d fields; this regime reaches %(some)d.")
        % {"all": whole, "some": whole - len(form.outside)},
        "outside": form.outside,
        "may_amend": case.state in ("submitted", "approved"),
        "may_write": case.state in ("received", "verified"),
        "may_submit": scope is not None and case.state == "verified" and bool(rows),
    }
    return page(request, admin, "scope", context)


def _save(request: HttpRequest, case: Case, form: forms.ScopeForm) -> None:
    actor, data = staff(request), form.cleaned_data
    scopes.begin(case=case, actor=actor)
    scopes.describe(
        case=case,
        actor=actor,
        ground=data["ground"],
        served_entity=data["served_entity"],
        notice_mode=data["notice_mode"],
        reason=form.reasons,
        recipient_key=data["recipient_key"],
        privilege=data["privilege"],
        review_by=data["review_by"],
    )
    scopes.set_items(
        case=case,
        actor=actor,
        people=form.named(),
        choices=form.chosen(),
        asked_from=forms.aware(data["asked_from"]),
        asked_to=forms.aware(data["asked_to"]),
    )


def _decide(request: HttpRequest, case: Case) -> None:
    item = get_object_or_404(ScopeItem.objects.select_related("case"), pk=request.POST["decide"], case=case)
    form = forms.ItemForm(request.POST, prefix=f"i{item.position}")
    if form.is_valid():
        data = form.cleaned_data
        attempt(
            request,
            lambda: scopes.decide(
                item=item,
                actor=staff(request),
                verdict=data["verdict"],
                reason=data["reason"],
                granted_from=forms.aware(data["granted_from"]),
                granted_to=forms.aware(data["granted_to"]),
            ),
            _("Decided."),
        )


def _submit(request: HttpRequest, case: Case) -> None:
    if case.scope is not None and (lacking := notices.lacking(case, case.scope)):
        from onvif_privacy.disclosures.services.errors import Refused

        raise Refused(lacking)
    approvals.submit(case=case, actor=staff(request))
