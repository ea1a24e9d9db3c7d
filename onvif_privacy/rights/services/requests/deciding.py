"""What staff, and the person, can still do with a request."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from onvif_privacy.core import ledger, subjects
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.rights.models import OPEN_STATES, Kind, Letter, Request, State
from onvif_privacy.rights.services import clock, letters
from onvif_privacy.rights.services.requests.states import NotNow, by, digest, end_of_day, locked, move, using


def _words(reason: str) -> str:
    if not reason.strip():
        raise ValueError("A reason is needed; the person reads it.")
    return reason.strip()


def extend(*, request: Request, reason: str, actor: AbstractBaseUser, months: int = 1) -> Request:
    """Take one or two months longer, once, before the first due date, for a reason that the person is told.

    Raises NotNow once it was extended or the first due date has passed, ValueError without a reason.
    """
    words = _words(reason)
    with locked(request, *OPEN_STATES) as found:
        if found.extended_to is not None:
            raise NotNow("A request is extended once.")
        first = end_of_day(found.due_on)
        if timezone.now() > first:
            raise NotNow("The due date has passed: it cannot be extended any more.")
        later = clock.extended(first, months)
        found.extended_to, found.extension_reason, found.decided_by = later.date(), words, by(actor)
        found.save(update_fields=["extended_to", "extension_reason", "decided_by"], using=using())
        payload = {"request": found.reference, "to": instant(later), "reason": digest(words)}
        ledger.record("rights.extended", subject=found.subject, payload=payload, actor=actor)
        letters.notify(found, Letter.What.EXTENDED)
    return request


def refuse(*, request: Request, reason: str, actor: AbstractBaseUser) -> Request:
    """Refuse a request with a reason that the person reads, with the way to complain. Raises NotNow, ValueError."""
    words = _words(reason)
    with locked(request, State.CONFIRMED, State.COOLING, State.WORKING, State.REVIEW) as found:
        _unrestrict(found)
        payload = {"request": found.reference, "reason": digest(words)}
        ledger.record("rights.refused", subject=found.subject, payload=payload, actor=actor)
        move(found, State.REFUSED, actor=actor, reason=words, decided_by=by(actor))
        letters.notify(found, Letter.What.REFUSED)
    return request


def cancel(*, request: Request, actor: AbstractBaseUser | None = None) -> Request:
    """Withdraw a request. An erasure can be cancelled while it waits; what was begun is not undone. Raises NotNow."""
    allowed = [State.RECEIVED, State.CONFIRMED, State.COOLING, State.REVIEW]
    if request.kind != Kind.ERASE:
        allowed.append(State.WORKING)
    with locked(request, *allowed) as found:
        _unrestrict(found)
        move(found, State.WITHDRAWN, actor=actor)
    return request


def _unrestrict(request: Request) -> None:
    """End the restriction that an erasure brought, unless the person asked for one themselves."""
    if request.kind != Kind.ERASE or request.subject is None or request.state != State.COOLING:
        return
    own = Request.objects.using(using()).filter(Q(subject=request.subject, kind=Kind.RESTRICT, state=State.DONE))
    if not own.exists():
        subjects.unrestrict(request.subject)
