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
    enquiry.due_at = deadlines.nearest(enquiry)
    enquiry.save(update_fields=[*changes, "due_at"], using=using())


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


def first_move(enquiry: Enquiry, person: str) -> None:
    """Write down that an enquiry came; its entry in the ledger is that of its receipt."""
    made = Transition(enquiry=enquiry, number=1, after=enquiry.state, actor=person, at=enquiry.received_at)
    made.save(using=using())


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


__all__ = ["NotNow", "by", "digest", "first_move", "locked", "move", "put", "using"]
