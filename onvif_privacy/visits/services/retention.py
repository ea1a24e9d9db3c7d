"""How long what is kept: single visits `RAW_DAYS`, counts by hour `HOURLY_DAYS`, counts by day for ever."""

from __future__ import annotations

import datetime as dt
import time

from django.db import models, router
from django.utils import timezone

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Batch, LogImport, PageHour, Process, SiteHour, Visit
from onvif_privacy.visits.services import domains, partitions
from onvif_privacy.visits.services.interests import changing

CHUNK = 10_000
# A repeated batch comes within minutes; a week is far beyond any back-off.
BATCH_DAYS = 7
# The law is shown over the processes of a month; each worker that a server starts has its own row.
PROCESS_DAYS = 30
FIRST_SECONDS, EVERY_SECONDS = 600, 3_600


def expire() -> bool:
    """Delete one chunk of what is too old from each table; gives whether there may be more.

    On PostgreSQL single visits go by the day, and this makes the days to come.
    """
    domains.expire()
    partitions.keep_up(router.db_for_write(Visit))
    full = changing.expire()
    for model, name, days in terms():
        before = timezone.now() - dt.timedelta(days=days)
        oldest = model._default_manager.filter(**{f"{name}__lt": before}).order_by(name).values_list("pk")[:CHUNK]
        keys = [row[0] for row in oldest]
        if keys:
            first = model._default_manager.filter(pk__in=keys)
            first._raw_delete(first.db)
        full = full or len(keys) == CHUNK
    return full


_next = time.monotonic() + FIRST_SECONDS


def now_and_then() -> None:
    """Delete a chunk of what is too old, ten minutes after the start of a process and then hourly, in chunks.

    `privacy_run` does the same where a site runs it; this keeps the promise on sites that never do.
    """
    global _next
    if time.monotonic() >= _next:
        _next = time.monotonic() + (0 if expire() else EVERY_SECONDS)


def terms() -> list[tuple[type[models.Model], str, int]]:
    """Return each table that forgets, the column that dates its rows, and the days they are kept."""
    return [
        (Visit, "at", conf.RAW_DAYS),
        (PageHour, "hour", conf.HOURLY_DAYS),
        (SiteHour, "hour", conf.HOURLY_DAYS),
        (Batch, "at", BATCH_DAYS),
        (Process, "seen", PROCESS_DAYS),
        (LogImport, "at", conf.HOURLY_DAYS),
    ]
