"""Moving an enquiry from state to state: locked, recorded, and with its clocks worked out anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.enquiries.models import ALLOWED, Enquiry, State, Transition
from onvif_privacy.enquiries.services import deadlines


class NotNow(Exception):
    """This cannot be done with the enquiry now; the message says why."""


def using() -> str:
    """Return the database of enquiries."""
    return router.db_for_write(Enquiry)


def by(actor: AbstractBaseUser | None) -> str:
    """Return the reference of who acts; empty for nobody."""
    return Subject.objects.for_user(actor).reference if actor else ""


def digest(words: str | bytes) -> str:
    """Return the SHA-256 (hex) of words."""
    return hashlib.sha256(words.encode() if isinstance(words, str) else words).hexdigest()


@contextmanager
def locked(enquiry: Enquiry) -> Iterator[Enquiry]:
    """Hold an enquiry until commit; what was changed is on the given object afterwards."""
    with transaction.atomic(using=using()):
        found = Enquiry.objects.using(using()).for_update_of(enquiry.pk)
        yield found
    enquiry.__dict__.update({name: value for name, value in found.__dict__.items() if name != "_state"})


def put(enquiry: Enquiry, **changes: Any) -> None:
    """Change columns of a locked enquiry, and work its clocks out anew."""
    for name, value in changes.items():
        setattr(enquiry, name, value)
    if "due_at" not in changes:
        enquiry.due_at = deadlines.nearest(enquiry)
    enquiry.save(update_fields={*changes, "due_at"}, using=using())


def move(
    enquiry: Enquiry,
    state: State,
    *,
    actor: AbstractBaseUser | None = None,
    reason: str = "",
    at: datetime | None = None,
    **changes: Any,
) -> Transition:
    """Put a locked enquiry into another state, in the caller's transaction, and record it.

    ``reason`` is a code. Raises NotNow for a move that is not in the table.
    """
    before = str(enquiry.state)
    if (before, str(state)) not in ALLOWED:
        raise NotNow(f"There is no way from {before} to {state}.")
    put(enquiry, state=state, **changes)
    return _recorded(enquiry, before, actor, reason, at)


def began(enquiry: Enquiry, calendar: deadlines.Calendar, *, acknowledged: bool) -> None:
    """Let a new enquiry begin, in the caller's transaction: its clocks, its moves, and their entries. Four queries.

    ``acknowledged`` says that whoever wrote knows already that it came.
    """
    if acknowledged:
        enquiry.state, enquiry.acknowledged_at = State.ACKNOWLEDGED, timezone.now()
    put(
        enquiry,
        state=enquiry.state,
        acknowledged_at=enquiry.acknowledged_at,
        due_at=deadlines.nearest(enquiry, calendar=calendar, pauses=()),
    )
    came = Transition(enquiry=enquiry, number=1, after=State.RECEIVED, actor=enquiry.entered_by, at=enquiry.received_at)
    moves, records = [came], [_receipt(enquiry)]
    if enquiry.acknowledged_at is not None:
        moves.append(
            Transition(
                enquiry=enquiry, number=2, before=State.RECEIVED, after=enquiry.state, at=enquiry.acknowledged_at
            )
        )
        payload = {"enquiry": enquiry.ref, "state": str(enquiry.state), "number": 2}
        records.append(ledger.Record("enquiries.moved", payload))
    Transition.objects.using(using()).bulk_create(moves)
    ledger.record_all(records, using=using())


def _receipt(enquiry: Enquiry) -> ledger.Record:
    payload = {
        "enquiry": enquiry.ref,
        "kind": str(enquiry.kind),
        "channel": str(enquiry.channel),
        "received": instant(enquiry.received_at),
        "quarantined": enquiry.quarantined or None,
    }
    by_staff = {"actor": enquiry.entered_by} if enquiry.entered_by else {}
    return ledger.Record("enquiries.received", payload | by_staff)


def _recorded(
    enquiry: Enquiry, before: str, actor: AbstractBaseUser | None, reason: str, at: datetime | None
) -> Transition:
    number = Transition.objects.using(using()).filter(enquiry=enquiry).count() + 1
    made = Transition(
        enquiry=enquiry,
        number=number,
        before=before,
        after=enquiry.state,
        outcome=enquiry.outcome,
        actor=by(actor),
        reason=reason,
        at=at or timezone.now(),
    )
    made.save(using=using())
    payload = {"enquiry": enquiry.ref, "state": str(enquiry.state), "number": number}
    if enquiry.outcome:
        payload["outcome"] = str(enquiry.outcome)
    ledger.record("enquiries.moved", subject=enquiry.subject, payload=payload, actor=actor)
    return made


__all__ = ["NotNow", "began", "by", "digest", "locked", "move", "put", "using"]
