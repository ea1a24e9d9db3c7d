"""Moving a request from state to state: locked, recorded, with the slot that keeps a second one out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, tzinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.models import Request, State


class NotNow(Exception):
    """The request is not in a state in which this can be done; the message says which it is in."""


def using() -> str:
    """Return the database of requests."""
    return router.db_for_write(Request)


def zone() -> tzinfo:
    """Return the site's own zone, whatever zone a visitor has activated."""
    return timezone.get_default_timezone()


def by(actor: AbstractBaseUser | None) -> str:
    """Return the reference of who acts; empty for nobody."""
    return Subject.objects.for_user(actor).reference if actor else ""


def digest(words: str) -> str:
    """Return the SHA-256 (hex) of words; what the ledger keeps of a reason."""
    return hashlib.sha256(words.encode()).hexdigest()


@contextmanager
def locked(request: Request, *states: State) -> Iterator[Request]:
    """Hold a request until commit; raises NotNow where it is in none of the states."""
    with transaction.atomic(using=using()):
        found = Request.objects.using(using()).for_update_of(request.pk)
        if states and found.state not in states:
            raise NotNow(f"The request is {found.get_state_display()}.")
        yield found
    request.__dict__.update({name: value for name, value in found.__dict__.items() if name != "_state"})


def move(request: Request, state: State, *, actor: AbstractBaseUser | None = None, **changes: Any) -> None:
    """Put a locked request into another state, in the caller's transaction, and record it.

    A done request frees its slot. Raises IntegrityError where another open one of this kind and person stands.
    """
    for name, value in changes.items():
        setattr(request, name, value)
    request.state, request.state_at = state, timezone.now()
    request.slot = request.slot_now()
    request.save(update_fields=["state", "state_at", "slot", *changes], using=using())
    payload = {"request": request.reference, "state": str(state)}
    ledger.record("rights.state", subject=request.subject, payload=payload, actor=actor)


def end_of_day(day: Any) -> datetime:
    """Return the last second of a due date in the site's zone."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone())


__all__ = ["NotNow", "by", "digest", "end_of_day", "locked", "move", "using", "zone"]
