"""No visit disappears uncounted, and none stays longer than it may."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.models import Process, Visit
from onvif_privacy.visits.promises.clauses import AUTOMATIC, POPULARITY
from onvif_privacy.visits.services import retention

CONSERVED = Promise(
    "popularity.conserved", POPULARITY, _("Each visit that was accepted is stored, or counted with a reason.")
)
FORGOTTEN = Promise("automatic.forgotten", AUTOMATIC, _("Single visits are deleted when their time is over."))

declare(CONSERVED, FORGOTTEN)

MOST = 1_000  # processes that one look reads, the latest first
GRACE = timedelta(days=1)  # deleting runs hourly, in chunks


@check(CONSERVED, kind=Kind.LEDGER)
def books_balance(look: Look) -> Iterable[Finding]:
    """Add up the books of each process that records visits."""
    rows = Process.objects.using(router.db_for_write(Process)).order_by("-seen")
    for process in rows[:MOST]:
        look.seen()
        if process.accepted != process.stored + sum(process.dropped.values()) + process.pending:
            yield Finding(f"process {process.pk}", "has accepted visits that are not accounted for")


@books_balance.saboteur
@contextmanager
def visit_lost_uncounted(plant: Plant) -> Iterator[str]:
    """Lose one visit of ten without counting it."""
    using, now = router.db_for_write(Process), Look().now()
    with rolled_back(using):
        row = Process(id=uuid.uuid4(), started=now, seen=now, accepted=10, stored=8, pending=0, dropped={"full": 1})
        row.save(using=using)
        yield "not accounted for"


@check(FORGOTTEN, kind=Kind.DATABASE)
def nothing_is_kept_too_long(look: Look) -> Iterable[Finding]:
    """Look in each table for a row that is older than its settings say."""
    for model, name, days in retention.terms():
        look.seen()
        before = look.now() - timedelta(days=days) - GRACE
        if model._default_manager.using(router.db_for_write(model)).filter(**{f"{name}__lt": before}).exists():
            yield Finding(model._meta.db_table, f"holds rows that are older than {days} days")


@nothing_is_kept_too_long.saboteur
@contextmanager
def old_visit_kept(plant: Plant) -> Iterator[str]:
    """Keep a visit for two days more than allowed."""
    with _visit(timedelta(days=_raw_days() + 2)) as table:
        yield f"{table}: holds rows that are older"


def _raw_days() -> int:
    return next(days for model, _name, days in retention.terms() if model is Visit)


@contextmanager
def _visit(age: timedelta) -> Iterator[str]:
    using = router.db_for_write(Visit)
    with rolled_back(using):
        row = Visit(at=Look().now() - age, page_id=1, referrer_id=1, browser_id=1, method=1, status=2)
        row.save(using=using)
        yield Visit._meta.db_table
