"""Build, seal, hand over, take back: what each side does, and what is shown once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.legal import forms
from onvif_privacy.disclosures.legal.admin.acting import attempt, now_strong, page, staff
from onvif_privacy.disclosures.legal.admin.scoping import Overview
from onvif_privacy.disclosures.models import Case, HandOver, Package
from onvif_privacy.disclosures.services import building, fetching, handovers, purging, sealing
from onvif_privacy.disclosures.services.acting import APPROVE, WORK, open_blocks, side_of

STRONG = ("seal", "hand-over", "recall", "postpone")


def link(hand_over: HandOver) -> str:
    """Return the address that the recipient gets: it holds no secret."""
    try:
        return house.BASE_URL.rstrip("/") + reverse("onvif_privacy_disclosures:get", args=[hand_over.reference])
    except NoReverseMatch:
        return hand_over.reference


def view(request: HttpRequest, admin: Any, case: Case, overview: Overview) -> HttpResponseBase:
    """Show packages and hand-overs of a case; carry out one act by POST."""
    once: dict[str, Any] = {}
    if request.method == "POST":
        act = next((one for one in ("build", *STRONG) if one in request.POST), "")
        if act in STRONG:
            first = asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)
            if first is not None:
                messages.info(request, _("Please show again who you are. Then press the button once more."))
                return first
        once = _act(request, case, act)
        if not once:
            return HttpResponseRedirect(request.path)
        case = Case.objects.select_related("authority__party", "regime", "scope").get(pk=case.pk)
    packages = list(Package.objects.filter(case=case).select_related("built_by", "sealed_by"))
    newest = packages[-1] if packages else None
    side = side_of(case, request.user)
    current = newest is not None and newest.scope_id == case.scope_id and newest.purged_at is None
    approves = request.user.has_perm(APPROVE) and side in ("", "approve")
    context = {
        **overview(request, case),
        "title": _("%(ref)s: hand-over") % {"ref": case.ref},
        "packages": packages,
        "newest": newest,
        "problems": building.problems(newest) if newest and current and not newest.sealed_at else [],
        "age_missing": sealing.age_missing(),
        "open_blocks": open_blocks(case),
        "may_build": case.state == "approved" and request.user.has_perm(WORK) and side in ("", "work") and not current,
        "may_seal": case.state == "approved" and approves and current and newest and not newest.sealed_at,
        "may_hand_over": case.state == "approved" and approves and current and newest and newest.sealed_at,
        "may_recall": case.state == "handed_over" and approves,
        "hand_overs": [(one, link(one), fetching.is_open(one)) for one in case.hand_overs.all()],
        "reason_form": forms.NoteForm(),
        "may_postpone": approves,
        "postponing": [(one.pk, purging.asked_for(one)) for one in packages],
        **once,
    }
    return page(request, admin, "deliver", context)


def _act(request: HttpRequest, case: Case, act: str) -> dict[str, Any]:
    """Carry out one act; returns what is shown this once."""
    actor, strength, once = staff(request), now_strong(request), dict[str, Any]()
    package = Package.objects.filter(case=case).order_by("-number").first()

    def build() -> None:
        building.build(case=case, actor=actor)

    def seal() -> None:
        if package is not None:
            once["passphrase"] = building.seal(case=case, package=package, actor=actor, strength=strength).passphrase

    def hand_over() -> None:
        if package is not None:
            made = handovers.hand_over(case=case, package=package, actor=actor, strength=strength)
            once.update(code=made.code, link=link(made.hand_over))

    def recall() -> None:
        row = get_object_or_404(HandOver, pk=request.POST["recall"], case=case)
        words = request.POST.get("reason", "")
        handovers.recall(case=case, hand_over=row, actor=actor, strength=strength, reason=words)

    def postpone() -> None:
        row = get_object_or_404(Package.objects.select_related("case"), pk=request.POST["postpone"], case=case)
        words = request.POST.get("days", "")
        days = int(words) if words.isdecimal() and len(words) < 4 else 0
        purging.postpone(package=row, actor=actor, strength=strength, days=days)

    acts: dict[str, tuple[Callable[[], None], Any]] = {
        "build": (build, _("The package is built.")),
        "seal": (seal, _("The package is sealed.")),
        "hand-over": (hand_over, _("The link is open.")),
        "postpone": (postpone, _("Your yes is recorded; with a second one, one of them an officer's, it is so.")),
        "recall": (recall, _("Taken back, or it waits for a second yes.")),
    }
    if act in acts:
        attempt(request, *acts[act])
    return {name: value for name, value in once.items() if value}
