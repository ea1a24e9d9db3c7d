"""Knowing one's own tickets again: rooms that open something for a legal case ask here, at each value."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone

from onvif_privacy.core import gate
from onvif_privacy.disclosures.legal.services import notices
from onvif_privacy.disclosures.models import Case, Notice, Scope, State
from onvif_privacy.disclosures.services import approvals, compiler, scopes
from onvif_privacy.disclosures.services.acting import open_blocks, using
from onvif_privacy.disclosures.services.reading import opened

UNTOLD = (Notice.State.WAITING, Notice.State.DUE)


def _case(reference: str) -> Case | None:
    return Case.objects.using(using()).filter(ref=reference).first()


def _in_force(ticket: gate.Ticket) -> Scope | None:
    """Return the scope that a ticket stands for; None where nobody gave it, or it counts for nothing any more."""
    case = _case(ticket.reference)
    scope = case.scope if case is not None and case.state == State.APPROVED else None
    if case is None or scope is None or scope.digest != ticket.digest or open_blocks(case):
        return None
    first, second = (one.pk for one in ticket.approvers)
    yes = approvals.given(scope.pk, approvals.Action.SCOPE, scope.digest).filter(actor=second)
    return scope if first == scope.prepared_by_id and yes.exists() and approvals.is_alive(scope) else None


def covers(ticket: gate.Ticket, person: uuid.UUID, field: str, at: datetime) -> bool:
    """Whether a ticket was given by two people here, is in force, and grants this field of this person at this time."""
    scope = _in_force(ticket)
    if scope is None:
        return False
    with opened():
        items = compiler.wanted(scopes.items(scope))
    return any(
        one.person == person
        and f"{one.choice.model}.{one.choice.field}".lower() == field.lower()
        and (one.since is None or one.since <= at)
        and (one.until is None or at < one.until)
        for one in items
    )


def told_at(reference: str) -> datetime | None:
    """Return now where everybody of a case was told and no order of silence holds; None before that."""
    case = _case(reference)
    if case is None or notices.in_force(case):
        return None
    rows: Any = notices.rows(case)
    return timezone.now() if rows.exists() and not rows.filter(state__in=UNTOLD).exists() else None
