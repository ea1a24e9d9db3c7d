"""When a version takes effect: the rows that say so, and the look a day before whether its notice is complete."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from onvif_privacy.core import incidents, ledger
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.statement.models import Document, Effect, Version
from onvif_privacy.statement.services import copies
from onvif_privacy.statement.services.timeline import Step, timeline

LEAD = timedelta(minutes=2)  # longer than any process keeps its copy, so that all of them learn of a change in time
DELIVERY = timedelta(days=1)  # what the letters of a notice may take without moving the effect
LOOK = timedelta(days=1)  # how long before the effect the job looks


def notice_time(days: int) -> timedelta:
    """Return how long before its effect a version with ``days`` of notice is published; the letters take a day."""
    return timedelta(days=days) + DELIVERY if days else LEAD


def record_effect(
    version: Version, effective_at: datetime, *, reason: str, actor: AbstractBaseUser | None, now: datetime
) -> Effect:
    """Write down when a version takes effect, with its entry; the rules are those of the callers."""
    payload = {"document": version.document.slug, "number": version.number, "effective_at": instant(effective_at)}
    entry = ledger.record("statement.effect", payload=payload, actor=actor)
    effect = Effect(version=version, effective_at=effective_at, reason=reason, recorded_at=now, entry=entry)
    effect.save()
    return effect


def forget_copies() -> None:
    """Now for whoever reads in this transaction, and after the commit for a copy made meanwhile by another thread."""
    copies.forget()
    transaction.on_commit(copies.forget)


def settle(now: datetime | None = None) -> list[Effect]:
    """Move each effect that is a day away or less and whose notice is not complete as long before it as promised.

    Staff are alarmed. Call it in a transaction; returns the new rows.
    """
    now = now or timezone.now()
    found = []
    for document in Document.objects.using(router.db_for_write(Document)).order_by("slug"):
        if any(_is_late(step, now) for step in timeline(Effect.objects.of(document.slug))):
            Document.objects.select_for_update().get(pk=document.pk)
            late = [step for step in timeline(Effect.objects.of(document.slug)) if _is_late(step, now)]
            found += [_move(step, now) for step in late]
    if found:
        forget_copies()
    return found


def _is_late(step: Step, now: datetime) -> bool:
    return step.held and step.at - now <= LOOK


def _move(step: Step, now: datetime) -> Effect:
    """Let a version wait until the notice, complete or begun anew now, is as old as promised."""
    notice = step.version.notice
    if notice.completed_at is None:
        to = now + notice_time(notice.days)
    else:
        to = max(notice.completed_at + timedelta(days=notice.days), now + LEAD)
    with override(step.version.document.language):
        reason = gettext("Its notice was not complete in time.")
    effect = record_effect(step.version, max(to, step.at), reason=reason, actor=None, now=now)
    reference = f"{step.version.document.slug}-{step.version.number}:{effect.effective_at:%Y-%m-%d}"
    incidents.alarm("statement.postponed", reference=reference, details={"from": instant(step.at)})
    return effect
