"""The process's own copy of what is published: two queries when cold, none when warm.

A copy holds every step of the document and the texts of the version in force and of the next one. So it crosses the
moment of an effect by itself, to the second, also while the database is away.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.utils import timezone

from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import Effect, Text
from onvif_privacy.statement.services.timeline import Step, following, in_force, timeline

RETRY_SECONDS = 5  # while the database is away, one request in five seconds waits for it, not each

Texts = dict[tuple[object, str], Text]


@dataclass(frozen=True)
class Copy:
    """What one process knows of a document; ``fresh_until`` is on the monotonic clock."""

    steps: tuple[Step, ...]
    texts: Texts
    fresh_until: float


_copies: dict[str, Copy] = {}
_empty_until: dict[str, float] = {}


def newest_texts(version_ids: Iterable[object]) -> Texts:
    """Return the newest revision of each language of these versions, by (version id, language); one query."""
    return {(text.version_id, text.language): text for text in Text.objects.shown(version_ids)}


def forget() -> None:
    """Drop every copy of this process; called after each publication here, so that the publisher sees it at once."""
    _copies.clear()
    _empty_until.clear()


def steps_of(slug: str) -> tuple[Step, ...]:
    """Return the steps of a document, for what is on every page: that there are none is remembered as well."""
    if time.monotonic() < _empty_until.get(slug, 0.0):
        return ()
    found = known(slug).steps
    if not found:
        _empty_until[slug] = time.monotonic() + conf.CACHE_SECONDS
    return found


def known(slug: str) -> Copy:
    """Return what is published of the document ``slug``; an unknown document has no steps.

    Raises django.db.Error only where this process has never seen the document.
    """
    copy, now = _copies.get(slug), time.monotonic()
    if copy and now < copy.fresh_until:
        return copy
    try:
        loaded = _load(slug, timezone.now(), now)
    except Error:
        if copy is None:
            raise
        loaded = Copy(copy.steps, copy.texts, now + RETRY_SECONDS)
    # A document with nothing in force is not kept: its first version shall appear without waiting.
    if loaded.texts:
        _copies[slug] = loaded
    return loaded


def _load(slug: str, moment: datetime, now: float) -> Copy:
    steps = timeline(Effect.objects.of(slug))
    present, after = in_force(steps, moment), following(steps, moment)
    coming = in_force(steps, after.at) if after else None
    wanted = {step.version.pk for step in (present, coming) if step}
    texts = newest_texts(wanted) if wanted else {}
    beyond = following(steps, after.at) if after else None
    fresh = conf.CACHE_SECONDS
    if beyond:  # the texts that follow the next ones are not in this copy
        fresh = min(fresh, max(0, int((beyond.at - moment).total_seconds())))
    return Copy(tuple(steps), texts, now + fresh)
