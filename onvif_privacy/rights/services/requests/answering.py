"""What follows from a confirmed request, kind by kind."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser

from onvif_privacy.core import consent, ledger, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Basis, purposes
from onvif_privacy.rights.models import Channel, Kind, Letter, Request, State
from onvif_privacy.rights.services import letters
from onvif_privacy.rights.services.requests.states import NotNow, by, locked, move

# Bases a person can object to (GDPR Art. 21); consent is withdrawn, the others are duties or contracts.
OBJECTIONABLE = (Basis.LEGITIMATE_INTERESTS, Basis.PUBLIC_TASK)
NEVER = ("security", "housekeeping")  # without them nothing could be kept safe, this refusal included


def begin(request: Request, *, actor: AbstractBaseUser | None = None) -> None:
    """Start carrying out a request whose sender is known, in the caller's transaction.

    Restricting and objecting happen at once. An erasure waits, restricted, while it can still be cancelled; that of
    staff, or one that staff entered, waits for a second look. Exports and copies are made by a job.
    """
    payload = {"request": request.reference, "kind": request.kind, "proof": request.proof}
    ledger.record("rights.confirmed", subject=request.subject, payload=payload, actor=actor)
    move(request, _after(request), actor=actor)
    assert request.subject is not None  # noqa: S101 - whoever is known is somebody
    if (request.kind == Kind.ERASE and request.state == State.COOLING) or request.kind == Kind.RESTRICT:
        subjects.restrict(request.subject)
    elif request.kind == Kind.OBJECT:
        object_to_all(request.subject, key=request.reference)
    if request.kind in (Kind.RESTRICT, Kind.OBJECT):
        move(request, State.DONE, actor=actor)
        letters.notify(request, Letter.What.DONE)
    if request.state == State.COOLING:
        letters.notify(request, Letter.What.COOLING)


def _after(request: Request) -> State:
    if request.kind == Kind.ERASE and request.channel == Channel.SITE:
        return State.WORKING  # whoever asks for it has waited already
    if request.kind == Kind.ERASE:
        return State.REVIEW if request.entered_by or is_staff(request.subject) else State.COOLING
    return State.REVIEW if request.kind == Kind.CORRECT else State.WORKING


def is_staff(subject: Subject | None) -> bool:
    """Whether the person works here: their erasure is looked at first, or a site could lose its last administrator."""
    user = subject.user if subject is not None else None
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))


def objectionable() -> list[str]:
    """Return the purposes a person can object to."""
    return [
        one.slug for one in purposes.all() if one.basis in OBJECTIONABLE and one.slug not in NEVER and not one.retired
    ]


def object_to_all(subject: Subject, *, key: str) -> None:
    """Object to every purpose that rests on interests, and withdraw all that rests on consent; effective at commit."""
    asked = dict.fromkeys(objectionable(), Outcome.OBJECTED)
    asked |= {one.slug: Outcome.WITHDRAWN for one in purposes.all() if one.basis.asks and not one.retired}
    state = consent.state(subject)
    chosen = {slug: outcome for slug, outcome in asked.items() if state.get(slug) is not consent.State.REFUSED}
    if chosen:
        consent.decide_all(
            subject=subject, choices=chosen, method=Method.FORM, key=f"{key}-{uuid.uuid4().hex[:8]}", surface="rights"
        )


def finish(request: Request, *, actor: AbstractBaseUser | None = None) -> None:
    """Say that a request was answered; raises NotNow where it is not being carried out."""
    with locked(request, State.WORKING, State.REVIEW) as found:
        move(found, State.DONE, actor=actor, decided_by=by(actor) or found.decided_by)
        letters.notify(found, Letter.What.DONE)


def approve(request: Request, *, actor: AbstractBaseUser) -> None:
    """Let an erasure that waits for a second look go on. Raises NotNow, and where one person would do both."""
    with locked(request, State.REVIEW) as found:
        if found.kind != Kind.ERASE:
            raise NotNow("Only an erasure waits for a second person.")
        if by(actor) in (found.entered_by, found.subject.reference if found.subject else ""):
            raise NotNow("Somebody else must approve it: not who entered it, and not the person themselves.")
        ledger.record("rights.approved", subject=found.subject, payload={"request": found.reference}, actor=actor)
        move(found, State.COOLING, actor=actor, decided_by=by(actor))
        assert found.subject is not None  # noqa: S101 - an erasure is of somebody
        subjects.restrict(found.subject)
        letters.notify(found, Letter.What.COOLING)


__all__ = ["approve", "begin", "finish", "object_to_all", "objectionable"]
