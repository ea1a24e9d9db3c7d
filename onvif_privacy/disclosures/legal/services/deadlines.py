"""When an answer is due: worked out anew from the events of a case, and stored beside it for sorting."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from onvif_privacy.disclosures.models import Block, Case
from onvif_privacy.disclosures.services import clocks
from onvif_privacy.disclosures.services.acting import using


def due(case: Case) -> datetime | None:
    """Return when the answer is due by the regime; a date on the document that is earlier wins."""
    regime = case.regime
    rule = clocks.Rule(
        kind=regime.clock_kind,  # type: ignore[arg-type] # one of the choices of the column
        length=regime.clock_length,
        zone=regime.clock_zone,
        pauses=frozenset(str(one) for one in regime.pauses),
    )
    start = case.issued_at if regime.start_event == "issued" and case.issued_at else case.received_at
    found = clocks.due(rule, start=start, pauses=pauses(case), on_paper=case.answer_by)
    known = [one for one in (found, case.answer_by) if one is not None]
    return min(known, default=None)


def store(case: Case) -> None:
    """Write down when it is due; in the transaction of whatever moved it."""
    case.due_at = due(case)
    Case.objects.using(using()).filter(pk=case.pk).update(due_at=case.due_at)


def pauses(case: Case) -> list[clocks.Pause]:
    """Return the times in which the clock of a case stands still, as its regime allows."""
    rows = Block.objects.using(using()).filter(case=case, kind__in=list(case.regime.pauses))
    return [
        clocks.Pause(kind, since, until) for kind, since, until in rows.values_list("kind", "opened_at", "closed_at")
    ]


def _open() -> list[Case]:
    rows = Case.objects.using(using()).select_related("regime").exclude(state__in=("handed_over", "closed"))
    return list(rows)


def differing() -> list[str]:
    """Return the references of open cases whose stored date is not the one that follows from their events."""
    return [case.ref for case in _open() if case.due_at != due(case)]


def reached() -> list[tuple[str, int]]:
    """Return reference and the highest share (in per cent) of each open answer's time that is used."""
    now, found = timezone.now(), list[tuple[str, int]]()
    for case in _open():
        if case.due_at is not None:
            steps = clocks.reached(start=case.received_at, due=case.due_at, now=now)
            found += [(case.ref, max(steps))] if steps else []
    return found
