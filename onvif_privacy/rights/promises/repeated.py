"""What is erased or refused stands in the log outside the database, and the log is whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.keys import ring
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.rights.models import Channel, LogLine, Request, State
from onvif_privacy.rights.models import Kind as Wish
from onvif_privacy.rights.promises.clauses import RIGHTS
from onvif_privacy.rights.services.replay import LogBroken, log, writing

LOGGED = Promise(
    "rights.logged", RIGHTS, _("Every erasure stands in a log outside the database, so that no backup brings it back.")
)

declare(LOGGED)

AN_HOUR = timedelta(hours=1)
AT_MOST = 20


@check(LOGGED, kind=Kind.LEDGER, empty=True)
def erasures_are_logged(look: Look) -> Iterable[Finding]:
    """Look for erasures of more than an hour ago without a line, and read the whole log."""
    late = writing.unlogged_erasures().filter(state_at__lt=look.now() - AN_HOUR)
    for reference in late.values_list("reference", flat=True)[:AT_MOST]:
        yield Finding(f"request {reference}", "is not in the log of erasures")
    try:
        for _line in log.lines(previous=""):
            look.seen()
    except LogBroken as error:
        yield Finding("log of erasures", str(error))
    newest = writing.newest()
    if newest is not None and newest.at < look.now() - AN_HOUR and newest.number > log.last_number():
        yield Finding("log of erasures", f"lacks line {newest.number}")


@erasures_are_logged.saboteur
@contextmanager
def an_erasure_that_no_line_tells_of(plant: Plant) -> Iterator[str]:
    """Finish an erasure with a job that never runs."""
    using, old = router.db_for_write(Request), timezone.now() - timedelta(hours=2)
    with rolled_back(using):
        made = Request.objects.using(using).create(
            kind=Wish.ERASE,
            channel=Channel.ACCOUNT,
            subject=Subject.objects.using(using).create(),
            state=State.DONE,
            received_at=old,
            state_at=old,
            due_on=timezone.localdate(),
            slot=secrets.token_hex(16),
            key=secrets.token_hex(16),
        )
        yield f"request {made.reference}: is not in the log of erasures"


@contextmanager
def _lying(words: str) -> Iterator[int]:
    """Put a line into the log, after those that are there; gives its number."""
    number = log.last_number() + 1
    name = log.storage().save(f"{number:012d}-{number:012d}.jsonl", ContentFile(words.encode()))
    try:
        yield number
    finally:
        log.storage().delete(name)


def _body(**changes: Any) -> dict[str, Any]:
    shape = {"source": "0" * 32, "kind": "withdrawn", "subjects": ["0" * 32], "purpose": "operation", "marks": []}
    moment = timezone.now().isoformat(timespec="microseconds")
    return {**shape, "number": log.last_number() + 1, "at": moment, "key": ring().active("data").id, **changes}


@erasures_are_logged.saboteur
@contextmanager
def a_line_changed_by_hand(plant: Plant) -> Iterator[str]:
    """Change whom a line tells of, as somebody would who wants an account back."""
    words = log.written(_body(), "").replace("0" * 32, "1" * 32)
    with _lying(words) as number:
        yield f"log of erasures: line {number} is not as it was written"


@erasures_are_logged.saboteur
@contextmanager
def a_line_cut_out(plant: Plant) -> Iterator[str]:
    """Take lines out of the middle: what follows is bound to what is no longer there."""
    with _lying(log.written(_body(), "ab" * 32)) as number:
        yield f"log of erasures: line {number} does not follow the one before"


@erasures_are_logged.saboteur
@contextmanager
def a_file_that_was_deleted(plant: Plant) -> Iterator[str]:
    """Delete the newest file of the log, which the database still knows of."""
    old = timezone.now() - timedelta(hours=2)
    number = log.last_number() + 1
    using = router.db_for_write(LogLine)
    with rolled_back(using):
        words = log.written(_body(), "")
        LogLine.objects.using(using).create(number=number, source=Subject().pk, at=old, words=words)
        yield f"log of erasures: lacks line {number}"
