"""One act on a case: lock it, put the person on their side, write the step, the entry and the new state together."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger
from onvif_privacy.disclosures.models import Authority, Block, Case, Part, Side, State, Step, move
from onvif_privacy.disclosures.services import about
from onvif_privacy.disclosures.services.errors import Conflict, Refused
from onvif_privacy.disclosures.services.histories import bound

Staff = AbstractBaseUser

WORK = "onvif_privacy_disclosures.work_disclosure"
APPROVE = "onvif_privacy_disclosures.approve_disclosure"
OFFICER = "onvif_privacy_disclosures.officer_disclosure"
AUDIT = "onvif_privacy_disclosures.audit_disclosure"

# what the entry in the ledger is called, where it is not the action itself
WORDS = {
    "receive": "received",
    "verify": "verified",
    "submit": "submitted",
    "vote": "approved",
    "approve": "approved",
    "refuse": "refused",
    "return": "returned",
    "amend": "voided",
    "build": "built",
    "seal": "sealed",
    "hand_over": "handed_over",
    "recall": "recalled",
    "close": "closed",
    "drop": "closed",
    "block": "blocked",
    "unblock": "unblocked",
    "preserve": "hold",
    "end_hold": "hold_ended",
}


def using() -> str:
    """Return the database of cases."""
    return router.db_for_write(Case)


def allowed(actor: Any, permission: str) -> None:
    """Raise Refused for somebody who may not; a superuser may everything, and is on one side all the same."""
    if not actor.is_active or not actor.has_perm(permission):
        raise Refused(_("You may not do this."))


@contextmanager
def locked(case: Case) -> Iterator[Case]:
    """Lock the authority, then the case, in that order for everybody, in one transaction; yields the fresh row."""
    with transaction.atomic(using=using()):
        Authority.objects.using(using()).select_for_update().get(pk=case.authority_id)
        yield Case.objects.using(using()).select_for_update().get(pk=case.pk)


def side_of(case: Case, actor: Any) -> str:
    """Return on which side of a case somebody is; empty where on none."""
    found = Side.objects.using(using()).filter(case=case, actor=actor).values_list("kind", flat=True).first()
    return found or ""


def take_side(case: Case, actor: Any, kind: str) -> None:
    """Put somebody on a side for good, in the caller's transaction.

    Raises Refused where they are on another, and where the case is about them.
    """
    if about.is_about(case, actor):
        raise Refused(_("Nobody has a hand in a case about themselves. Somebody else must do this."))
    present = side_of(case, actor)
    if present == kind:
        return
    if not present:
        try:
            with transaction.atomic(using=using()):
                Side(case=case, actor=actor, kind=kind, at=timezone.now()).save(using=using())
            return
        except IntegrityError:  # the same person in another window
            present = side_of(case, actor)
            if present == kind:
                return
    raise Refused(
        _("You are on the other side of this case (%(side)s). Nobody acts on both.")
        % {"side": str(Side.Kind(present).label) if present else "–"}
    )


def record(what: str, case: Case | None = None, *, actor: Any = None, **payload: Any) -> uuid.UUID:
    """Write one entry of the room, in the caller's transaction; returns its id."""
    full: dict[str, Any] = {"what": what, **payload}
    if case is not None:
        full["case"] = case.ref
    return ledger.record("disclosures", payload=full, actor=actor).pk


def open_blocks(case: Case) -> list[Block]:
    """Return what stops a case now."""
    return list(Block.objects.using(using()).filter(case=case, closed_at__isnull=True).order_by("opened_at"))


def step(
    case: Case,
    action: str,
    *,
    actor: Any = None,
    kind: str = "",
    note: str = "",
    changes: dict[str, Any] | None = None,
    **payload: Any,
) -> Step:
    """Carry out one action of the table on a locked case, in the caller's transaction.

    ``kind`` is whose act it is, the first the table names unless said; ``changes`` are columns of the case that change
    with its state. Raises Refused for an action that is not possible in this state, and for somebody of the other
    side; Conflict where the case was changed meanwhile.
    """
    line = move(action)
    kind = kind or (Part.SYSTEM.value if actor is None else line.parts[0])
    if kind not in line.parts or (kind == Part.SYSTEM) != (actor is None):
        raise Refused(_("This is nobody's act here."))
    if case.state not in line.sources:
        raise Refused(_("Not possible: the case is %(state)s.") % {"state": str(State(case.state).label)})
    if kind in (Part.WORK, Part.APPROVE):
        take_side(case, actor, kind)
    made = Step(
        case=case,
        number=case.version + 1,
        action=action,
        kind=kind,
        actor=actor,
        from_state=case.state,
        to_state=line.to or case.state,
        at=timezone.now(),
        note=note,
    )
    _write(case, made, changes or {})
    record(WORDS.get(action, action), case, actor=actor, step=made.number, row=bound(made), **payload)
    return made


def _write(case: Case, made: Step, changes: dict[str, Any]) -> None:
    """Write the step and change the case from exactly the version that was looked at."""
    try:
        with transaction.atomic(using=using()):
            made.save(using=using())
            rows = Case.objects.using(using()).filter(pk=case.pk, state=made.from_state, version=case.version)
            if not rows.update(state=made.to_state, version=made.number, **changes):
                raise Conflict(_("Somebody else was faster. Look at the case again."))
    except IntegrityError as error:
        taken = ("op_case_step", "unique", "append-only", "duplicate")  # the number of the step, as each engine says it
        if any(word in str(error).lower() for word in taken):
            raise Conflict(_("Somebody else was faster. Look at the case again.")) from None
        raise Refused(_("The database refuses this: %(why)s") % {"why": why(error)}) from None
    case.state, case.version = made.to_state, made.number
    for name, value in changes.items():
        setattr(case, name, value)


def why(error: IntegrityError) -> str:
    """Return the words of one of our guards from a database error, which repeats no value; else its class."""
    for part in str(error).splitlines():
        _before, mark, said = part.partition("onvif_privacy: ")
        if mark:
            return said.rstrip("')\"")
    return type(error).__name__
