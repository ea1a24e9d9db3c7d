"""Nothing outlives its term by more than a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Renewal, Standing, Subject, Telling
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import After, declare, personal_data, purposes, temporarily
from onvif_privacy.rights.promises.clauses import RIGHTS
from onvif_privacy.rights.services.retention import rules
from onvif_privacy.rights.services.retention.candidates import parts_of
from onvif_privacy.rights.services.retention.judging import Due

ENDS = Promise("rights.ends", RIGHTS, _("Nothing is kept more than a day beyond the end of its term."))

declare(ENDS)

A_DAY = timedelta(hours=24)
AT_MOST = 20


def _asked(one: Due) -> set[str]:
    """Return the purposes people are asked for, of the fields that end; empty where one ended by its dates alone."""
    found = set[str]()
    for name in one.judged.ends:
        for part in parts_of(one.judged.declaration.fields[name]):
            names = (getattr(one.judged.row, part.purpose_column),) if part.purpose_column else part.purposes
            asked = {slug for slug in names if purposes.get(slug).basis.asks}
            if not asked and not one.judged.spares(part):
                return set()
            found |= asked
    return found


def _lately(one: Due, since: datetime) -> bool:
    """Whether what ends a row was decided less than a day ago, or nothing says when."""
    asked = _asked(one)
    if not asked:
        return False
    if Renewal.objects.using(router.db_for_write(Renewal)).filter(purpose__in=asked, at__gte=since).exists():
        return True
    standings = Standing.objects.using(router.db_for_write(Standing)).filter(purpose__in=asked)
    decided = standings.filter(subject__in=[person.pk for person in one.people]).order_by("-decided_at").first()
    if decided is not None:
        return decided.decided_at >= since
    written: Any = getattr(one.judged.row, one.judged.declaration.time_field or "pk")
    return not isinstance(written, datetime) or written >= since


@check(ENDS, kind=Kind.DATABASE, every=timedelta(days=1), ttl=timedelta(hours=48), empty=True)
def nothing_outlives_its_term(look: Look) -> Iterable[Finding]:
    """Ask the keep rule, as it was a day ago, about every row of which something may have to end."""
    since = look.now() - A_DAY
    for declaration in rules.with_an_end():
        found = 0
        for batch in rules.batches(declaration, now=since):
            look.seen(len(batch))
            for one in batch:
                if found < AT_MOST and not _lately(one, since):
                    found += 1
                    yield Finding(f"{declaration.model} {one.judged.row.pk}", "has outlived its term")
            if found >= AT_MOST:
                break


@contextmanager
def _message(days: int) -> Iterator[str]:
    using = router.db_for_write(Telling)
    with rolled_back(using):
        subject = Subject.objects.using(using).create()
        made = Telling.objects.using(using).create(subject=subject, title=secrets.token_hex(8), text="old")
        Telling.objects.using(using).filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=days))
        yield f"onvif_privacy.Telling {made.pk}: has outlived its term"


@nothing_outlives_its_term.saboteur
@contextmanager
def a_row_that_no_job_ended(plant: Plant) -> Iterator[str]:
    """Leave a message of last year where it is, as on a site whose jobs do not run."""
    with _message(days=367) as said:
        yield said


@nothing_outlives_its_term.saboteur
@contextmanager
def a_term_made_shorter(plant: Plant) -> Iterator[str]:
    """Promise that messages are kept for a day, and keep one of last week."""
    found = personal_data.get("onvif_privacy.telling")
    shorter = replace(found, terms={slug: After("created_at", days=1) for slug in found.terms})
    with temporarily(shorter), _message(days=7) as said:
        yield said
