"""What the house says it has never done is true of the cases, and is said anew before it is too old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, check
from onvif_privacy.disclosures.models import Standing
from onvif_privacy.disclosures.promises.cases import CASES
from onvif_privacy.disclosures.promises.planted import World, world
from onvif_privacy.disclosures.services.acting import using
from onvif_privacy.disclosures.services.transparency import standing


@check(CASES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def standing_statements_are_true(look: Look) -> Iterable[Finding]:
    """Ask the cases about everything that stands on the public page, or stood there until its day."""
    today = look.now().date()
    for row in standing.shown(today):
        look.seen()
        if not standing.is_true(row.claim):
            yield Finding(f"statement {row}", "is on the public page, and the cases say otherwise")
    for row in standing.expired(today):
        look.seen()
        yield Finding(f"statement {row}", "is over: say it anew, or withdraw it")


def _said(made: World, claim: str, *, days: int) -> Standing:
    now = timezone.now()
    return Standing.objects.using(using()).create(
        claim=claim,
        as_of=now.date() - timedelta(days=30),
        expires_on=now.date() + timedelta(days=days),
        said_by=made.worker,
        said_at=now,
        confirmed_by=made.approver,
        confirmed_at=now,
    )


@standing_statements_are_true.saboteur
@contextmanager
def a_statement_that_is_not_true(plant: Plant) -> Iterator[str]:
    """Say that nothing was ever handed over, beside a hand-over."""
    with world() as made:
        yield f"statement {_said(made, 'nothing', days=30)}: is on the public page"


@standing_statements_are_true.saboteur
@contextmanager
def a_statement_that_is_over(plant: Plant) -> Iterator[str]:
    """Leave one that nobody says anew."""
    with world() as made:
        yield f"statement {_said(made, 'content', days=0)}: is over"
