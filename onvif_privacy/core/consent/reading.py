"""What follows from decisions: the present state, always read from the primary database."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import router
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from onvif_privacy.core.consent.visitor import State
from onvif_privacy.core.models import Decision, Outcome, Renewal, Standing, Subject
from onvif_privacy.core.registry import Purpose, purposes, vetoes

logger = logging.getLogger(__name__)

_PURPOSES_OF_A_RESTRICTED_SUBJECT = ("own_access", "legal_duty")


def _primary() -> str:
    return router.db_for_write(Standing)


def _renewed_after() -> QuerySet[Renewal]:
    return Renewal.objects.filter(purpose=OuterRef("purpose"), at__gt=OuterRef("decided_at"))


def _state(purpose: Purpose, outcome: str | None, renewed: bool) -> State:
    if outcome == Outcome.GRANTED:
        return State.UNDECIDED if renewed else State.GRANTED
    if outcome is not None:
        return State.REFUSED
    return State.GRANTED if purpose.default else State.UNDECIDED


def state(subject: Subject) -> Mapping[str, State]:
    """Return the state of every declared purpose for one subject, defaults filled in. One query."""
    rows = Standing.objects.using(_primary()).filter(subject=subject).annotate(renewed=Exists(_renewed_after()))
    known: dict[str, tuple[str | None, bool]] = {row.purpose: (row.outcome, row.renewed) for row in rows}
    return {purpose.slug: _state(purpose, *known.get(purpose.slug, (None, False))) for purpose in purposes.all()}


def _vetoed(subject: Subject, purpose: Purpose) -> bool:
    mine = Subject.objects.using(_primary()).filter(pk=subject.pk)
    return any(veto.left_out(mine, purpose).exists() for veto in vetoes.all())


def may(subject: Subject | None, purpose: str) -> bool:
    """Whether the purpose may be pursued for this subject now. One query where no veto is declared.

    Any error means no. Raises NotDeclared only: a misspelt purpose is a bug, not a refusal.
    """
    declared = purposes.get(purpose)
    if subject is None:
        return False
    try:
        return _may(subject, declared)
    except Exception:
        logger.exception("may() could not look; the answer is no")
        return False


def _may(subject: Subject, purpose: Purpose) -> bool:
    standing = Standing.objects.filter(subject=OuterRef("pk"), purpose=purpose.slug)
    rows = Subject.objects.using(_primary()).filter(pk=subject.pk)
    renewed = Exists(standing.filter(Exists(_renewed_after())))
    found = (
        rows.annotate(outcome=Subquery(standing.values("outcome")[:1]), renewed=renewed)
        .values_list("erased_at", "merged_into", "restricted_at", "outcome", "renewed")
        .first()
    )
    if found is None:
        return False
    erased, merged, restricted, outcome, old = found
    if erased or merged:
        return False
    if restricted and purpose.slug not in _PURPOSES_OF_A_RESTRICTED_SUBJECT:
        return False
    if _state(purpose, outcome, old) is not State.GRANTED:
        return False
    return not _vetoed(subject, purpose)


def audience(purpose: str) -> QuerySet[Subject]:
    """Return the subjects for whom `may` holds, unordered; raises NotDeclared."""
    declared = purposes.get(purpose)
    decided = Standing.objects.filter(subject=OuterRef("pk"), purpose=purpose)
    granted = grants().filter(subject=OuterRef("pk"), purpose=purpose)
    condition: Any = Exists(granted)
    if declared.default:
        condition = condition | ~Exists(decided)
    people = Subject.objects.using(_primary()).alive().filter(condition)
    if purpose not in _PURPOSES_OF_A_RESTRICTED_SUBJECT:
        people = people.filter(restricted_at__isnull=True)
    for veto in vetoes.all():
        left_out = veto.left_out(Subject.objects.all(), declared)
        if not left_out.query.is_empty():
            people = people.exclude(pk__in=left_out.values("pk"))
    return people


def grants() -> QuerySet[Standing]:
    """Return the standings by which somebody agrees now: granted, and not asked again since."""
    return Standing.objects.using(_primary()).filter(~Exists(_renewed_after()), outcome=Outcome.GRANTED)


def history(subject: Subject, purpose: str | None = None) -> QuerySet[Decision]:
    """Return the decisions of a subject, newest first."""
    rows = Decision.objects.using(_primary()).filter(subject=subject)
    return (rows.filter(purpose=purpose) if purpose else rows).order_by("-decided_at", "-sequence")


def fold(decisions: Iterable[Decision]) -> Mapping[str, Outcome]:
    """Return what decisions of one subject amount to: the last one of each purpose, by sequence. Pure.

    The standing must equal it; job ``reconcile`` and its test compare them.
    """
    last: dict[str, Decision] = {}
    for decision in decisions:
        known = last.get(decision.purpose)
        if known is None or decision.sequence > known.sequence:
            last[decision.purpose] = decision
    return {purpose: Outcome(decision.outcome) for purpose, decision in last.items()}


def generations() -> Mapping[str, int]:
    """Return how often each purpose was renewed; purposes never renewed are absent. One query."""
    rows = Renewal.objects.using(_primary()).values("purpose").annotate(number=Count("pk"))
    return {row["purpose"]: row["number"] for row in rows}


def unreconciled(using: str | None = None) -> QuerySet[Standing]:
    """Return standings that differ from the last decision of their subject and purpose."""
    last = Decision.objects.filter(subject=OuterRef("subject"), purpose=OuterRef("purpose")).order_by("-sequence")
    rows = Standing.objects.using(using or _primary()).annotate(last=Subquery(last.values("pk")[:1]))
    return rows.filter(~Q(last=F("decision")) | ~Q(outcome=F("decision__outcome")) | Q(last__isnull=True))


def without_standing(using: str | None = None) -> QuerySet[Decision]:
    """Return decisions whose subject and purpose have no standing: one was removed, so a default would hold again."""
    standing = Standing.objects.filter(subject=OuterRef("subject"), purpose=OuterRef("purpose"))
    return Decision.objects.using(using or _primary()).filter(~Exists(standing))
