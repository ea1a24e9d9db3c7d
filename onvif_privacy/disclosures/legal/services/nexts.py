"""What comes next, and whose turn it is: the same answer for the queue, the page of a case and "waiting for me"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.disclosures.legal.services import authenticity
from onvif_privacy.disclosures.models import Approval, Case, Package, Side, State
from onvif_privacy.disclosures.services.about import hidden_from
from onvif_privacy.disclosures.services.acting import APPROVE, WORK, open_blocks, side_of, using


@dataclass(frozen=True)
class Stage:
    """One of the five stations of a case as staff see it."""

    slug: str
    label: str | LazyText
    states: tuple[str, ...]


STAGES: Final = (
    Stage("intake", _("1. Intake"), (State.RECEIVED,)),
    Stage("scope", _("2. Ground and scope"), (State.VERIFIED,)),
    Stage("approve", _("3. A second person's yes"), (State.SUBMITTED,)),
    Stage("deliver", _("4. Hand-over"), (State.APPROVED,)),
    Stage("notice", _("5. Notice"), (State.HANDED_OVER, State.CLOSED)),
)


@dataclass(frozen=True)
class Next:
    """The next act: what, on which page, and by which side. ``part`` empty is nobody's turn."""

    label: str | LazyText
    page: str
    part: str


def of(case: Case) -> Next:
    """Return what comes next for a case."""
    if blocks := open_blocks(case):
        return Next(blocks[0].get_kind_display(), "case", "")
    if case.state == State.RECEIVED:
        if any(one for one in authenticity.lacking(case)):
            return Next(_("find out whether the letter is genuine"), "case", Side.Kind.WORK)
        return Next(_("say that it is genuine"), "case", Side.Kind.WORK)
    if case.state == State.VERIFIED:
        return Next(_("write down ground and scope"), "scope", Side.Kind.WORK)
    if case.state == State.SUBMITTED:
        return Next(_("look at what leaves, and decide"), "approve", Side.Kind.APPROVE)
    if case.state == State.APPROVED:
        return _delivery(case)
    if case.state == State.HANDED_OVER:
        return Next(_("close it when it was received"), "case", Side.Kind.WORK)
    return Next(_("nothing: it is closed"), "case", "")


def _delivery(case: Case) -> Next:
    package = (
        Package.objects.using(using()).filter(scope=case.scope, purged_at__isnull=True).order_by("-number").first()
    )
    if package is None:
        return Next(_("build the package"), "deliver", Side.Kind.WORK)
    if package.sealed_at is None:
        return Next(_("look at the package and seal it"), "deliver", Side.Kind.APPROVE)
    return Next(_("hand it over"), "deliver", Side.Kind.APPROVE)


def may_take(case: Case, actor: Any, part: str) -> bool:
    """Whether somebody could act on a side of a case: they have the permission, and are not on another side."""
    if part not in (Side.Kind.WORK, Side.Kind.APPROVE):
        return False
    if not actor.has_perm(WORK if part == Side.Kind.WORK else APPROVE):
        return False
    return side_of(case, actor) in ("", part)


def for_approval(actor: Any) -> QuerySet[Case]:
    """Return the cases that wait for a yes this person could still give."""
    elsewhere = Side.objects.using(using()).filter(case=OuterRef("pk"), actor=actor).exclude(kind=Side.Kind.APPROVE)
    given = Approval.objects.using(using()).filter(actor=actor, action=Approval.Action.SCOPE, about=OuterRef("scope"))
    rows = Case.objects.using(using()).filter(state=State.SUBMITTED)
    return rows.filter(~Exists(elsewhere), ~Exists(given)).exclude(pk__in=hidden_from(actor))
