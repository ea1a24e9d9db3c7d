"""Visits are read for what the statement names, and refused for anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import declare
from onvif_privacy.visits import querysets
from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.promises.clauses import AUTOMATIC
from onvif_privacy.visits.querysets import Use, UseRefused
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.reports import asked

NAMED_USE = Promise(
    "automatic.named_use",
    AUTOMATIC,
    _("Visits are read for the operation of the site, its quality and general statistics, and for nothing else."),
)

declare(NAMED_USE)

# written down a second time on purpose: a use added to the list shall not pass unnoticed
NAMED = {"operation", "quality", "statistics"}
OTHER = "advertising"


def _attempts() -> dict[str, Callable[[], Any]]:
    """Return each way in that must be refused."""
    today = Period.ending(clock.today(), Choice.TODAY)
    return {
        "single visits, nothing said": lambda: Visit.objects.first(),
        "number of visits, nothing said": lambda: Visit.objects.count(),
        "single visits, another use": lambda: Visit.objects.used_for(OTHER).first(),
        "reports, another use": lambda: asked.Asked(period=today, use=OTHER),
    }


@check(NAMED_USE, kind=Kind.REFUSAL)
def other_uses_are_refused(look: Look) -> Iterable[Finding]:
    """Try to read visits without saying what for, and for something the statement does not name."""
    for use in sorted(set(Use.values) ^ NAMED):
        yield Finding(f"use {use}", "is not among those of the statement, or is missing")
    for name, attempt in _attempts().items():
        look.seen()
        try:
            attempt()
        except UseRefused:
            continue
        yield Finding(name, "was not refused")


@other_uses_are_refused.saboteur
@contextmanager
def query_set_that_asks_nothing(plant: Plant) -> Iterator[str]:
    """Let visits be read as any other table is."""
    with altered(querysets.VisitQuerySet, "_said", lambda rows: None):
        yield "single visits, nothing said: was not refused"


@other_uses_are_refused.saboteur
@contextmanager
def counting_that_asks_nothing(plant: Plant) -> Iterator[str]:
    """Let numbers be read without a use."""
    with altered(querysets.VisitQuerySet, "count", models.QuerySet.count):
        yield "number of visits, nothing said: was not refused"


@other_uses_are_refused.saboteur
@contextmanager
def any_use_will_do(plant: Plant) -> Iterator[str]:
    """Take any word for a use in the reports."""
    with altered(asked, "use", str):
        yield "reports, another use: was not refused"
