"""The yes and the no of the approving side, bound to exactly what was shown; and when a yes counts for nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.subjects import Strength
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import Approval, Case, Scope, ScopeItem, Side, State
from onvif_privacy.disclosures.services import digest, scopes
from onvif_privacy.disclosures.services.acting import (
    APPROVE,
    OFFICER,
    WORK,
    allowed,
    locked,
    record,
    step,
    take_side,
    using,
    why,
)
from onvif_privacy.disclosures.services.errors import Conflict, Refused

Action, Decision = Approval.Action, Approval.Decision


def recent(strength: Strength) -> None:
    """Raise Refused for somebody who did not just show again who they are."""
    if strength < Strength.RECENT:
        raise Refused(_("Show again who you are first; that counts for %(n)d minutes.") % {"n": conf.REAUTH_MINUTES})


def given(about: uuid.UUID, action: str, digest_of: str = "") -> QuerySet[Approval]:
    """Return the yeses about one thing, of one digest where it is given."""
    rows = Approval.objects.using(using()).filter(about=about, action=action, decision=Decision.YES)
    return rows.filter(digest=digest_of) if digest_of else rows


def is_agreed(about: uuid.UUID, action: str, *, people: int = 1, officer: bool = False, digest_of: str = "") -> bool:
    """Whether enough different people have said yes, one of them as officer where that is asked."""
    rows = list(given(about, action, digest_of).values_list("actor", "as_officer"))
    enough = len({actor for actor, _as in rows}) >= people
    return enough and (not officer or any(as_officer for _actor, as_officer in rows))


def say(
    case: Case,
    action: str,
    *,
    about: uuid.UUID,
    bound: str,
    actor: Any,
    strength: Strength,
    decision: str = Decision.YES.value,
    reason: str = "",
) -> Approval:
    """Write one yes or no on a locked case, in the caller's transaction; the step that goes with it is the caller's."""
    allowed(actor, APPROVE)
    recent(strength)
    take_side(case, actor, Side.Kind.APPROVE)
    before = Approval.objects.using(using()).filter(about=about, action=action, digest=bound, actor=actor)
    if before.exists():  # asked first: one of our guards answers before the constraint does
        raise Refused(_("You have decided on this before."))
    made = Approval(
        case=case,
        action=action,
        decision=decision,
        about=about,
        digest=bound,
        actor=actor,
        as_officer=actor.has_perm(OFFICER),
        method=strength.name.lower(),
        reason=reason,
        at=timezone.now(),
    )
    try:
        with transaction.atomic(using=using()):
            made.save(using=using())
    except IntegrityError as error:
        raise Refused(_("The database refuses this: %(why)s") % {"why": why(error)}) from None
    return made


def agree(
    *, case: Case, action: str, about: uuid.UUID, bound: str, actor: Any, strength: Strength, reason: str = ""
) -> Approval:
    """Say yes to something other than a scope: a check, a block, a longer silence or hold, a recall."""
    with locked(case) as found:
        made = say(found, action, about=about, bound=bound, actor=actor, strength=strength, reason=reason)
        if found.is_open:
            step(found, "consent", actor=actor)
        return made


# What leaves


def submit(*, case: Case, actor: Any) -> Scope:
    """Freeze the draft and hand it to the other side; raises Refused with everything that is missing."""
    from onvif_privacy.disclosures.services.reading import opened

    allowed(actor, WORK)
    with locked(case) as found:
        scope = found.scope
        if scope is None or scope.is_frozen:
            raise Refused(_("There is no open draft of this case. Begin one."))
        if found.state != State.VERIFIED:
            raise Refused(_("Not possible: the case is %(state)s.") % {"state": found.get_state_display()})
        with opened():
            reason = scope.reason
        if lacking := scopes.missing(scope, list(scopes.items(scope)), reason):
            raise Refused(" ".join(lacking))
        take_side(found, actor, Side.Kind.WORK)
        scopes.freeze(Scope.objects.using(using()).get(pk=scope.pk))
        step(found, "submit", actor=actor)
        return Scope.objects.using(using()).get(pk=scope.pk)


def is_alive(scope: Scope) -> bool:
    """Whether enough people have approved exactly this, lately enough, and it is still what the rows say."""
    since = timezone.now() - timedelta(days=conf.APPROVAL_DAYS)
    rows = given(scope.pk, Action.SCOPE, scope.digest)
    if rows.filter(at__lt=since).exists():
        return False
    officer = scope.approvals_needed > 1
    agreed = is_agreed(scope.pk, Action.SCOPE, people=scope.approvals_needed, officer=officer, digest_of=scope.digest)
    return agreed and digest.holds(scope)


def count(scope: Scope) -> int:
    """Return how many people's yes counts now: none as soon as anything of it was changed."""
    if not digest.holds(scope):
        return 0
    return given(scope.pk, Action.SCOPE, scope.digest).values("actor").distinct().count()


def approve(*, case: Case, shown: str, actor: Any, strength: Strength) -> Case:
    """Say yes to the digest that was shown.

    The last yes that is needed makes the case approved, or closed where nothing is granted; notices and holds come
    into being in the same transaction. Raises Refused, and Conflict where what was shown is not what there is now.
    """
    from onvif_privacy.disclosures.legal.services import ending, notices

    with locked(case) as found:
        scope = found.scope
        if scope is None or found.state != State.SUBMITTED:
            raise Refused(_("Not possible: the case is %(state)s.") % {"state": found.get_state_display()})
        if shown != scope.digest or not digest.holds(scope):
            raise Conflict(_("What was shown to you is not what there is now. Look at it again."))
        say(found, Action.SCOPE, about=scope.pk, bound=scope.digest, actor=actor, strength=strength)
        officer = scope.approvals_needed > 1
        if not is_agreed(
            scope.pk, Action.SCOPE, people=scope.approvals_needed, officer=officer, digest_of=scope.digest
        ):
            step(found, "vote", actor=actor, digest=scope.digest)
            return found
        verdicts = set(scopes.items(scope).values_list("verdict", flat=True))
        if ScopeItem.Verdict.GRANTED in verdicts:
            step(found, "approve", actor=actor, digest=scope.digest)
            notices.prepare(found, scope)
        else:
            ended = ending.outcome(found, scope)
            step(found, "refuse", actor=actor, digest=scope.digest, changes=ending.closed(ended))
        ending.confirm_holds(found)
        ending.plan_reviews(found, scope)
        return found


def send_back(*, case: Case, actor: Any, strength: Strength, reason: str) -> Case:
    """Say no, with words that the other side reads."""
    if not reason.strip():
        raise Refused(_("Say what should be changed."))
    with locked(case) as found:
        scope = found.scope
        if scope is None or found.state != State.SUBMITTED:
            raise Refused(_("Not possible: the case is %(state)s.") % {"state": found.get_state_display()})
        say(
            found,
            Action.SCOPE,
            about=scope.pk,
            bound=scope.digest,
            actor=actor,
            strength=strength,
            decision=Decision.NO,
            reason=reason,
        )
        step(found, "return", actor=actor, note=reason)
        return found


def amend(*, case: Case, actor: Any = None) -> Case:
    """Take a submitted or approved case back to be changed; what was approved stays as evidence and counts no more."""
    if actor is not None:
        allowed(actor, WORK)
    with locked(case) as found:
        step(found, "amend", actor=actor)
        return found


def void_if_changed(case: Case) -> bool:
    """Take a case back whose scope was changed behind us, or whose approval has run out; True where it was."""
    with locked(case) as found:
        if found.state != State.APPROVED or found.scope is None or is_alive(found.scope):
            return False
        step(found, "amend")
        return True


__all__ = [
    "Action",
    "agree",
    "amend",
    "approve",
    "count",
    "given",
    "is_agreed",
    "is_alive",
    "recent",
    "record",
    "say",
    "send_back",
    "submit",
    "void_if_changed",
]
