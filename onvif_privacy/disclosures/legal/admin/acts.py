"""The small forms of a case: checks, files, stops, silence, and how it ends."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.legal import forms
from onvif_privacy.disclosures.legal.admin.acting import attempt, now_strong, staff
from onvif_privacy.disclosures.legal.services import authenticity, blocks, ending, intake, notices
from onvif_privacy.disclosures.models import AuthenticityCheck, Block, Case, Gag, Notice, Review
from onvif_privacy.disclosures.services import approvals
from onvif_privacy.disclosures.services.acting import APPROVE, open_blocks, side_of
from onvif_privacy.disclosures.services.reading import opened

STRONG_ACTS = ("countersign", "drop", "clear", "release", "not-needed", "longer")
"""Acts of the approving side: whoever does one has shown again who they are."""


def context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return what the page of a case shows of everything that came with it, and the forms that are possible."""
    approves = request.user.has_perm(APPROVE) and side_of(case, request.user) in ("", "approve")
    with opened():
        documents = [(one, str(one.name)) for one in case.documents.all()]
        checks = [(one, str(one.evidence)) for one in case.checks.select_related("actor")]
        steps = [(one, str(one.note or "")) for one in case.steps.select_related("actor")]
    doubts = {one.pk for one in authenticity.doubts(case)}
    return {
        "documents": documents,
        "checks": [(one, words, one.pk in doubts) for one, words in checks],
        "steps": steps,
        "blocks": case.blocks.all(),
        "open_blocks": open_blocks(case),
        "gags": case.gags.select_related("document"),
        "notices": case.notices.order_by("earliest_on"),
        "reviews": case.reviews.all(),
        "approves": approves and case.is_open,
        "may_decide": approves,
        "needs_countersign": approves
        and case.state == "received"
        and not approvals.is_agreed(case.pk, approvals.Action.COUNTERSIGN),
        "proposed": case.steps.filter(action="propose_drop").exists() and case.state != "handed_over",
        "may_verify": case.state == "received" and not authenticity.lacking(case),
        "check_form": forms.CheckForm(prefix="check"),
        "document_form": forms.DocumentForm(prefix="document"),
        "stop_form": forms.StopForm(prefix="stop"),
        "gag_form": forms.GagForm(case, prefix="gag"),
        "drop_form": forms.DropForm(prefix="drop"),
        "reason_form": forms.NoteForm(),
    }


def carry_out(request: HttpRequest, case: Case, act: str) -> HttpResponse | None:
    """Carry out one act; returns where the person must go first, or None."""
    if act in STRONG_ACTS:
        first = asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)
        if first is not None:
            messages.info(request, _("Please show again who you are. Then press the button once more."))
            return first  # type: ignore[return-value]
    handler = ACTS.get(act)
    if handler is not None:
        handler(request, case)
    return None


def _form(request: HttpRequest, form: Any) -> Any:
    """Return the cleaned data of a form; None, with words, where it is wrong."""
    if form.is_valid():
        return form.cleaned_data
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(errors)}" if label else " ".join(errors))
    return None


def _check(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.CheckForm(request.POST, prefix="check"))
    if data is not None:
        numbers = [one for one in data.pop("on_letter").split(",") if one.strip()]
        attempt(
            request,
            lambda: authenticity.check(case=case, actor=staff(request), on_letter=numbers, **data),
            _("Written down."),
        )


def _document(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.DocumentForm(request.POST, request.FILES, prefix="document"))
    if data is not None:
        file = data["file"]
        attempt(
            request,
            lambda: intake.attach(
                case=case, actor=staff(request), kind=data["kind"], name=file.name, parts=file.chunks()
            ),
            _("The file is stored."),
        )


def _verify(request: HttpRequest, case: Case) -> None:
    attempt(request, lambda: authenticity.verify(case=case, actor=staff(request)), _("The letter counts as genuine."))


def _about(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("about", ""))
    except ValueError:
        return uuid.UUID(int=0)


def _countersign(request: HttpRequest, case: Case) -> None:
    about = _about(request)
    if about != case.pk:
        get_object_or_404(AuthenticityCheck, pk=about, case=case)
    attempt(
        request,
        lambda: authenticity.countersign(
            case=case,
            about=about,
            actor=staff(request),
            strength=now_strong(request),
            reason=request.POST.get("reason", ""),
        ),
        _("Countersigned."),
    )


def _stop(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.StopForm(request.POST, prefix="stop"))
    if data is not None:
        attempt(
            request,
            lambda: blocks.stop(case=case, actor=staff(request), kind=data["kind"], until=forms.aware(data["until"])),
            _("The case is stopped."),
        )


def _fraud(request: HttpRequest, case: Case) -> None:
    attempt(
        request,
        lambda: blocks.flag_fraud(authority=case.authority, actor=staff(request)),
        _("Everything of this authority is stopped, and staff are told."),
    )


def _block(request: HttpRequest, case: Case) -> Block:
    return get_object_or_404(Block.objects.select_related("case"), pk=_about(request), case=case)


def _release(request: HttpRequest, case: Case) -> None:
    block = _block(request, case)
    decision = case.documents.filter(kind="objection").order_by("-at").first()
    attempt(
        request,
        lambda: blocks.let_go(
            block=block,
            actor=staff(request),
            strength=now_strong(request),
            document=decision if block.kind == "objection" else None,
            reason=request.POST.get("reason", ""),
        ),
        _("Done, or it waits for a second yes."),
    )


def _answered(request: HttpRequest, case: Case) -> None:
    block = _block(request, case)
    if block.kind == Block.Kind.CLARIFICATION:
        attempt(request, lambda: blocks.let_go(block=block, actor=staff(request)), _("The case goes on."))


def _clear(request: HttpRequest, case: Case) -> None:
    attempt(
        request,
        lambda: blocks.clear_fraud(
            block=_block(request, case),
            actor=staff(request),
            strength=now_strong(request),
            reason=request.POST.get("reason", ""),
        ),
        _("Done, or it waits for a second yes."),
    )


def _gag(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.GagForm(case, request.POST, prefix="gag"))
    if data is not None:
        attempt(request, lambda: notices.silence(case=case, actor=staff(request), **data), _("The silence is entered."))


def _lift(request: HttpRequest, case: Case) -> None:
    gag = get_object_or_404(Gag.objects.select_related("case"), pk=_about(request), case=case)
    attempt(request, lambda: notices.lift(gag=gag, actor=staff(request)), _("The silence has ended."))


def _longer(request: HttpRequest, case: Case) -> None:
    gag = get_object_or_404(Gag.objects.select_related("case"), pk=_about(request), case=case)
    attempt(
        request,
        lambda: notices.agree_longer(
            gag=gag,
            actor=staff(request),
            strength=now_strong(request),
            reason=request.POST.get("reason", ""),
        ),
        _("Agreed: the working side may enter the order that goes on with it."),
    )


def _propose(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.DropForm(request.POST, prefix="drop"))
    if data is not None:
        attempt(
            request,
            lambda: ending.propose_drop(case=case, actor=staff(request), why=data["why"]),
            _("Proposed; the other side decides."),
        )


def _drop(request: HttpRequest, case: Case) -> None:
    data = _form(request, forms.DropForm(request.POST, prefix="drop"))
    if data is not None:
        attempt(
            request,
            lambda: ending.drop(case=case, actor=staff(request), strength=now_strong(request), why=data["why"]),
            _("The case is closed."),
        )


def _close(request: HttpRequest, case: Case) -> None:
    attempt(request, lambda: ending.close(case=case, actor=staff(request)), _("The case is closed."))


def _not_needed(request: HttpRequest, case: Case) -> None:
    notice = get_object_or_404(Notice.objects.select_related("case"), pk=_about(request), case=case)
    attempt(
        request,
        lambda: notices.not_needed(
            notice=notice,
            actor=staff(request),
            strength=now_strong(request),
            reason=request.POST.get("reason", ""),
        ),
        _("Done, or it waits for a second yes."),
    )


def _review(request: HttpRequest, case: Case) -> None:
    row = get_object_or_404(Review.objects.select_related("case"), pk=_about(request), case=case)
    attempt(
        request,
        lambda: ending.review(
            review=row,
            actor=staff(request),
            verdict=request.POST.get("verdict", ""),
            words=request.POST.get("reason", ""),
        ),
        _("The review is written down."),
    )


ACTS = {
    "check": _check,
    "document": _document,
    "verify": _verify,
    "countersign": _countersign,
    "stop": _stop,
    "fraud": _fraud,
    "release": _release,
    "answered": _answered,
    "clear": _clear,
    "gag": _gag,
    "lift": _lift,
    "longer": _longer,
    "propose": _propose,
    "drop": _drop,
    "close": _close,
    "not-needed": _not_needed,
    "review": _review,
}
