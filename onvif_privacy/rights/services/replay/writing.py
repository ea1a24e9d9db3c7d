"""Putting into the log what it lacks: every erasure that is done, every withdrawal, every objection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from django.db import router
from django.db.models import Exists, Max, OuterRef, QuerySet

from onvif_privacy.core.jobs import Run
from onvif_privacy.core.keys import ring
from onvif_privacy.core.models import Decision, Outcome
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.subjects import merged
from onvif_privacy.rights.models import REPLAYED, Kind, LogLine, Request, State
from onvif_privacy.rights.services.holdings import marks
from onvif_privacy.rights.services.replay import log

AT_ONCE = 1_000
OVERLAP = timedelta(days=1)  # a decision may be committed later than it was made


def known() -> QuerySet[LogLine]:
    """Return the lines that this database knows."""
    return LogLine.objects.using(router.db_for_write(LogLine))


def newest() -> LogLine | None:
    """Return the last line that this database knows."""
    return known().order_by("-number").first()


def last_known() -> int:
    """Return the number of the last line that this database knows; 0 for none."""
    return int(known().aggregate(last=Max("number"))["last"] or 0)


def unlogged_erasures() -> QuerySet[Request]:
    """Return the erasures that are done and in no line yet."""
    rows = Request.objects.using(router.db_for_write(Request)).filter(kind=Kind.ERASE, state=State.DONE)
    rows = rows.exclude(key__startswith=REPLAYED)
    return rows.filter(~Exists(LogLine.objects.filter(source=OuterRef("pk"))), subject__isnull=False)


def _unlogged_decisions() -> QuerySet[Decision]:
    rows = Decision.objects.using(router.db_for_write(Decision)).filter(
        purpose__in=[one.slug for one in purposes.all()]
    )
    last = known().aggregate(last=Max("at"))["last"]
    rows = rows.filter(decided_at__gte=last - OVERLAP) if last is not None else rows
    rows = rows.exclude(outcome=Outcome.GRANTED).exclude(key__startswith=REPLAYED)
    return rows.filter(~Exists(LogLine.objects.filter(source=OuterRef("pk"))))


def _found() -> Iterator[tuple[UUID, Any, dict[str, Any]]]:
    """Yield source, time and content of each new line."""
    key = ring().active("data").id
    mark = marks.marker(key)
    for one in _unlogged_decisions().select_related("subject__user").order_by("decided_at")[:AT_ONCE]:
        user = one.subject.user
        shape = {"kind": str(one.outcome), "subjects": [one.subject_id.hex], "purpose": one.purpose, "key": key}
        yield one.pk, one.decided_at, {**shape, "marks": [mark(*marks.user_parts(user))] if user else []}
    for request in unlogged_erasures().select_related("subject").order_by("state_at")[:AT_ONCE]:
        planned = request.steps.filter(label="planned").first()
        noted = planned.cursor.get("marks", {}) if planned is not None else {}
        people = [one.pk.hex for one in merged(request.subject)] if request.subject is not None else []
        shape = {"kind": "erased", "subjects": people, "purpose": "", "key": noted.get("key", key)}
        yield request.pk, request.state_at, {**shape, "marks": noted.get("of", [])}


def add(run: Run) -> int:
    """Number what is new, in the database first, so that a kill loses no line; returns how many there were."""
    with run.step():
        last = newest()
        number = last.number if last is not None else 0
        previous = log.read(last.words, number).mac if last is not None else ""
        made = []
        for source, at, content in _found():
            number += 1
            body = {
                **content,
                "number": number,
                "source": source.hex,
                "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            }
            words = log.written(body, previous)
            previous = log.read(words, number).mac
            made.append(LogLine(number=number, source=source, at=at, words=words))
        known().bulk_create(made)
    return len(made)


def catch_up() -> None:
    """Write what the storage lacks; the beginning of a file that a killed process left is written again as a whole."""
    lying = log.files()
    newest_file = lying[-1:]
    rows = {one.number: one for one in known().filter(number__gte=newest_file[0][0] if newest_file else 1)}
    if not log.whole(rows):
        first, last, _name = newest_file[0]
        log.write(rows[number] for number in range(first, last + 1))
    after = log.last_number()
    log.write(rows[number] for number in sorted(rows) if number > after)
