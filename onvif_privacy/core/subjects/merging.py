"""Merge at sign-in: what a visitor decided before is taken over by the account, the stricter where they disagree."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from onvif_privacy.core.consent.locking import Locked, lock_subject, one_transaction
from onvif_privacy.core.consent.writing import Act, ContextRef, write
from onvif_privacy.core.fields.rotation import change_owner
from onvif_privacy.core.models import Decision, Method, Outcome, Standing, Subject
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.signals import subjects_merged

_STRICTNESS = {Outcome.GRANTED: 0, Outcome.WITHDRAWN: 1, Outcome.OBJECTED: 2}


def taken_over(theirs: Decision, mine: Decision | None, *, device: bool) -> bool:
    """Whether the account takes over the visitor's decision. Pure; all 64 rows are a test.

    An objection on either side wins. For device purposes the account takes over objections only, so that a grant in
    one browser never unlocks another. Otherwise the later decision wins, the stricter on a tie.
    """
    if mine is not None and (mine.outcome == Outcome.OBJECTED or mine.outcome == theirs.outcome):
        return False
    if theirs.outcome == Outcome.OBJECTED:
        return True
    if device:
        return False
    if mine is None or theirs.decided_at > mine.decided_at:
        return True
    stricter = _STRICTNESS[Outcome(theirs.outcome)] > _STRICTNESS[Outcome(mine.outcome)]
    return theirs.decided_at == mine.decided_at and stricter


def _standing(subject: Subject, using: str) -> dict[str, Decision]:
    rows = Standing.objects.using(using).filter(subject=subject).select_related("decision__notice")
    return {row.purpose: row.decision for row in rows}


def merge(*, visitor: Subject, into: Subject, key: str) -> list[Decision]:
    """Join a visitor's subject into an account's; returns the decisions that changed the account's state.

    Idempotent by ``key``. Purposes that are no longer declared stay behind. Rows with
    encrypted fields go to the account and are sealed anew. Raises ConsentUnavailable, and ValueError
    where the two are one, the visitor has been merged elsewhere, or the account is gone.
    """
    if visitor.pk == into.pk:
        raise ValueError("A subject cannot be merged into itself.")
    first, second = sorted((visitor, into), key=lambda one: one.pk.hex)  # one order for all, or two of them deadlock
    with one_transaction(first) as (using, _alive):
        lock_subject(second, using)
        visitor.refresh_from_db(using=using)
        into.refresh_from_db(using=using)
        if visitor.merged_into_id == into.pk:
            return []
        if visitor.merged_into_id:
            raise ValueError("This visitor was merged into another subject.")
        if into.merged_into_id or into.erased_at:
            raise ValueError("This account was erased or merged into another subject.")
        mine = _standing(into, using)
        acts = [
            Act(
                purpose=slug,
                outcome=Outcome(theirs.outcome),
                method=Method.MERGE,
                key=key,
                notice=theirs.notice,
                surface=theirs.surface,
                gpc=theirs.gpc,
                context=ContextRef(theirs.context_reference, theirs.context_digest)
                if theirs.context_reference
                else None,
                source=theirs,
            )
            for slug, theirs in sorted(_standing(visitor, using).items())
            if slug in purposes and taken_over(theirs, mine.get(slug), device=purposes.get(slug).device)
        ]
        decisions = write(into, acts, Locked(using, alive=True)) if acts else []
        change_owner(visitor, into)
        Subject.objects.using(using).filter(pk=visitor.pk).update(merged_into=into)
        transaction.on_commit(partial(subjects_merged.send_robust, Subject, visitor=visitor, into=into), using=using)
    visitor.merged_into = into
    return decisions
