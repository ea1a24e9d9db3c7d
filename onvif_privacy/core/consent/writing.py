"""The one place that writes decisions: compare keys, insert entry and decision, move the standing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.consent.errors import (
    IdempotencyConflict,
    NoticeRequired,
    ObjectionStands,
    SubjectGone,
)
from onvif_privacy.core.consent.locking import Locked
from onvif_privacy.core.models import Decision, Method, Notice, Outcome, Standing, Subject
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.signals import decision_recorded


@dataclass(frozen=True)
class ContextRef:
    """Another room's record that a decision rests on, by public reference and digest, so that it outlives the row."""

    reference: str
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One answer of one person, as it is about to be written."""

    purpose: str
    outcome: Outcome
    method: Method
    key: str
    notice: Notice | None = None
    surface: str = ""
    gpc: bool = False
    context: ContextRef | None = None
    actor: str = ""
    source: Decision | None = None


def _same(act: Act, earlier: Decision) -> bool:
    context = act.context or ContextRef("")
    return (
        earlier.outcome == act.outcome
        and earlier.method == act.method
        and earlier.notice_id == (act.notice.pk if act.notice else None)
        and earlier.surface == act.surface
        and earlier.gpc == act.gpc
        and (earlier.context_reference, earlier.context_digest) == (context.reference, context.digest)
        and earlier.actor == act.actor
    )


def _check(act: Act) -> None:
    purposes.get(act.purpose)
    if act.outcome == Outcome.GRANTED and act.notice is None:
        raise NoticeRequired(f"A grant of {act.purpose!r} needs the notice that was shown.")
    if not 1 <= len(act.key) <= 64:
        raise ValueError("An idempotency key has 1 to 64 characters.")


def _blocked(act: Act, standing: Decision | None) -> bool:
    """Whether an objection stands in the way; a softer no over an objection changes nothing, and is no error."""
    if standing is None or standing.outcome != Outcome.OBJECTED or act.outcome == Outcome.OBJECTED:
        return False
    if act.outcome == Outcome.GRANTED and act.method.own:
        return False
    if act.outcome == Outcome.GRANTED:
        raise ObjectionStands(f"The person objected to {act.purpose!r}; only they can change that.")
    return True


def _known(subject: Subject, acts: list[Act], using: str) -> tuple[dict[str, Decision], dict[str, Decision]]:
    """Return, in one query, the standing decision of each purpose and the earlier decision made with the same key."""
    wanted = Q()
    for act in acts:
        wanted |= Q(purpose=act.purpose) & (Q(key=act.key) | Q(standing__isnull=False))
    rows = Decision.objects.using(using).filter(wanted, subject=subject).select_related("standing")
    standing, repeated = {}, {}
    keys = {act.purpose: act.key for act in acts}
    for row in rows:
        if row.key.casefold() == keys[row.purpose].casefold():  # MariaDB's unique key knows no case
            repeated[row.purpose] = row
        if hasattr(row, "standing"):
            standing[row.purpose] = row
    return standing, repeated


def _decision(subject: Subject, act: Act, entry: Any, before: Decision | None, now: datetime) -> Decision:
    return Decision(
        subject=subject,
        purpose=act.purpose,
        purpose_digest=purposes.get(act.purpose).digest,
        sequence=before.sequence + 1 if before else 1,
        outcome=act.outcome,
        method=act.method,
        surface=act.surface,
        gpc=act.gpc,
        notice=act.notice,
        context_reference=act.context.reference if act.context else "",
        context_digest=act.context.digest if act.context else "",
        actor=act.actor,
        source=act.source,
        key=act.key,
        decided_at=now,
        entry=entry,
    )


def _record(decision_id: uuid.UUID, subject: Subject, act: Act) -> ledger.Record:
    payload: dict[str, Any] = {
        "decision": decision_id.hex,
        "gpc": act.gpc,
        "method": act.method.value,
        "notice": act.notice.pk if act.notice else None,
        "outcome": act.outcome.value,
        "purpose": act.purpose,
        "purpose_digest": purposes.get(act.purpose).digest,
    }
    if act.context:
        payload["context"] = act.context.digest or None
    if act.actor:
        payload["actor"] = act.actor
    return ledger.Record("consent.decided", payload, subject)


def _move_standings(decisions: list[Decision], using: str) -> None:
    rows = [
        Standing(subject=one.subject, purpose=one.purpose, outcome=one.outcome, decision=one, decided_at=one.decided_at)
        for one in decisions
    ]
    targeted = connections[using].features.supports_update_conflicts_with_target
    Standing.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["outcome", "decision", "decided_at"],
        unique_fields=["subject", "purpose"] if targeted else None,
    )


def write(subject: Subject, acts: list[Act], locked: Locked) -> list[Decision]:
    """Write the acts of one locked person, all or none; earlier answers with the same key are returned as they were.

    Raises NotDeclared, NoticeRequired, ObjectionStands, SubjectGone, IdempotencyConflict.
    """
    for act in acts:
        _check(act)
    standing, repeated = _known(subject, acts, locked.using)
    results: dict[str, Decision] = {}
    fresh: list[Act] = []
    for act in acts:
        earlier = repeated.get(act.purpose)
        if earlier is not None and not _same(act, earlier):
            raise IdempotencyConflict(f"The key was used for another decision on {act.purpose!r}.")
        if earlier is not None:
            results[act.purpose] = earlier
        elif _blocked(act, standing.get(act.purpose)):
            results[act.purpose] = standing[act.purpose]
        else:
            fresh.append(act)
    if not locked.alive and any(act.outcome == Outcome.GRANTED for act in fresh):
        raise SubjectGone("This person was erased or merged into another.")
    for decision in _insert(subject, fresh, standing, locked.using):
        results[decision.purpose] = decision
    return [results[act.purpose] for act in acts]


def _insert(subject: Subject, acts: list[Act], standing: Mapping[str, Decision], using: str) -> list[Decision]:
    if not acts:
        return []
    now = timezone.now()
    ids = [uuid.uuid4() for _ in acts]
    entries = ledger.record_all([_record(pk, subject, act) for pk, act in zip(ids, acts, strict=True)], using=using)
    decisions = [
        _decision(subject, act, entry, standing.get(act.purpose), now) for act, entry in zip(acts, entries, strict=True)
    ]
    for decision, pk in zip(decisions, ids, strict=True):
        decision.pk = pk
    Decision.objects.using(using).bulk_create(decisions)
    _move_standings(decisions, using)
    for decision in decisions:
        before = standing.get(decision.purpose)
        send = partial(
            decision_recorded.send_robust,
            Decision,
            decision=decision,
            before=Outcome(before.outcome) if before else None,
        )
        transaction.on_commit(send, using=using)
    return decisions
