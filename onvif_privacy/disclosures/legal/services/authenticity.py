"""Is the letter what it says? Only strong checks count, and never by what stands on the letter itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from onvif_privacy.disclosures.models import Approval, AuthenticityCheck, Authority, Case
from onvif_privacy.disclosures.services import approvals
from onvif_privacy.disclosures.services import authenticity as rules
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, record, step, using
from onvif_privacy.disclosures.services.errors import Refused

AUTHORITY_DAYS = 365
Result = AuthenticityCheck.Result


CALL_BACK: Final = {
    rules.Number.MISSING: _lazy("There is no number of our own to call back."),
    rules.Number.ON_LETTER: _lazy("The number stands on the letter: calling it proves nothing."),
    rules.Number.NO_SOURCE: _lazy("Nobody has noted where and when the number was found."),
    rules.Number.FOUND_LATE: _lazy("Whoever found the number after the letter came cannot be the one who calls it."),
}


def call_back_problems(case: Case, *, actor: Any, on_letter: Iterable[str]) -> list[str]:
    """Say why a call by the number we have would not count; empty where it does."""
    known = case.authority
    call = rules.CallBack(known.call_back, known.found_where, known.found_at, known.found_by_id, actor.pk)
    found = rules.call_back_problems(call, on_letter=on_letter, received_at=case.received_at)
    return [str(CALL_BACK[one]) for one in found]


def check(
    *, case: Case, actor: Any, kind: str, result: str, evidence: str, on_letter: Iterable[str] = ()
) -> AuthenticityCheck:
    """Write down one attempt and what it showed.

    A call back passes only by a number of our own: ``on_letter`` are the numbers that stand on the letter.
    """
    allowed(actor, WORK)
    if not evidence.strip():
        raise Refused(_("Say what was found, and where."))
    counts = kind == AuthenticityCheck.Kind.CALL_BACK and result == Result.PASS
    if counts and (wrong := call_back_problems(case, actor=actor, on_letter=on_letter)):
        raise Refused(" ".join(wrong))
    with locked(case) as found:
        made = AuthenticityCheck(
            case=found, kind=kind, result=result, evidence=evidence.strip(), actor=actor, at=timezone.now()
        )
        made.save(using=using())
        step(found, "note", actor=actor)
        return made


def is_strong(kinds: Iterable[str]) -> bool:
    """Whether one of the kinds that passed is strong; any number of weak ones is weak."""
    return rules.is_authentic((kind, "pass", False) for kind in kinds)


def doubts(case: Case) -> list[AuthenticityCheck]:
    """Return the failed checks that nobody of the approving side has countersigned as explained."""
    failed = AuthenticityCheck.objects.using(using()).filter(case=case, result=Result.FAIL)
    return [one for one in failed if not approvals.is_agreed(one.pk, Approval.Action.COUNTERSIGN)]


def lacking(case: Case) -> list[str]:
    """Say everything that stands between a case and ``verified``; empty when nothing."""
    passed = AuthenticityCheck.objects.using(using()).filter(case=case, result=Result.PASS)
    authority, found = case.authority, list[str]()
    if not is_strong(passed.values_list("kind", flat=True)):
        found.append(_("No strong check has passed. Weak ones do not add up to one."))
    if doubts(case):
        found.append(_("A check has failed and nobody has explained it."))
    if authority.status != Authority.Status.VERIFIED:
        found.append(_("The authority is %(status)s.") % {"status": authority.get_status_display()})
    elif authority.expires_on is None or authority.expires_on < timezone.now().date():
        found.append(_("What is known of the authority has expired."))
    if (case.regime.is_emergency or is_first(case)) and not approvals.is_agreed(case.pk, Approval.Action.COUNTERSIGN):
        found.append(_("An emergency, and the first case of an authority, must be countersigned by the other side."))
    return found


def is_first(case: Case) -> bool:
    """Whether no case of this authority came before."""
    others = Case.objects.using(using()).filter(authority=case.authority_id).exclude(pk=case.pk)
    return not others.filter(steps__action="verify").exists()


def verify(*, case: Case, actor: Any) -> Case:
    """Say that the demand is genuine; raises Refused with everything that is lacking."""
    allowed(actor, WORK)
    with locked(case) as found:
        if problems := lacking(found):
            raise Refused(" ".join(problems))
        step(found, "verify", actor=actor)
        return found


# The register


def verify_authority(*, authority: Authority, actor: Any) -> Authority:
    """Say that what is known of an authority was looked up independently; it counts with a second person's yes."""
    allowed(actor, WORK)
    with transaction.atomic(using=using()):
        row = Authority.objects.using(using()).select_for_update().get(pk=authority.pk)
        row.verified_by = actor
        row.save(using=using(), update_fields=["verified_by"])
        record("authority", actor=actor, thing=row.pk.hex)
        return row


def countersign_authority(*, authority: Authority, actor: Any, strength: Any) -> Authority:
    """Make an authority verified for a year; raises Refused for the person who looked it up."""
    allowed(actor, "onvif_privacy_disclosures.approve_disclosure")
    approvals.recent(strength)
    with transaction.atomic(using=using()):
        row = Authority.objects.using(using()).select_for_update().get(pk=authority.pk)
        if row.verified_by_id is None:
            raise Refused(_("Nobody has looked it up yet."))
        if row.verified_by_id == actor.pk:
            raise Refused(_("A second person must do this."))
        row.countersigned_by, row.status = actor, Authority.Status.VERIFIED
        row.expires_on = timezone.now().date() + timedelta(days=AUTHORITY_DAYS)
        row.save(using=using(), update_fields=["countersigned_by", "status", "expires_on"])
        record("authority", actor=actor, thing=row.pk.hex)
        return row


def countersign(*, case: Case, about: uuid.UUID, actor: Any, strength: Any, reason: str = "") -> None:
    """Say yes, from the approving side, to a failed check that was explained, or to a case as it stands."""
    approvals.agree(
        case=case,
        action=Approval.Action.COUNTERSIGN,
        about=about,
        bound=about.hex.ljust(64, "0"),
        actor=actor,
        strength=strength,
        reason=reason,
    )
