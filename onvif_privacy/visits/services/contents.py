"""Content by slot and subject area: a copy in the memory of the process, so that showing it costs no query."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django import template
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, router
from django.utils.safestring import SafeString, mark_safe

from onvif_privacy.core import text
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import CustomContent
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile

logger = logging.getLogger("onvif_privacy.visits")

READ_AGAIN_SECONDS = 60
RETRY_SECONDS = 5.0
MOST = 1_000  # rows of the copy


class _Copy(NamedTuple):
    rows: tuple[CustomContent, ...] = ()
    fresh_until: float = float("-inf")


# No lock: replacing the copy is one step, and a lock could be held for ever in a forked child.
_copy = _Copy()


def choose(slot: str, whose: Callable[[], Profile], day: dt.date | None = None) -> CustomContent | None:
    """Return what a slot shows on a day (today): content on the strongest interest that has any, else strangers'.

    ``whose`` is asked for the profile only where the slot has content for an area. Of several rows the newest counts.
    None where interests are off and where there is nothing for strangers.
    """
    day = day or clock.today()
    rows = {row.area: row for row in _rows() if row.slot == slot and _runs(row, day)}
    interests = whose().interests if any(rows) else STRANGER.interests
    return next((rows[area] for area in (*interests, "") if area in rows), None)


def _runs(row: CustomContent, day: dt.date) -> bool:
    return (row.first is None or row.first <= day) and (row.last is None or day <= row.last)


def _rows() -> tuple[CustomContent, ...]:
    """Return all rows, oldest first; one query after the copy has aged, none otherwise."""
    if not conf.INTERESTS:
        return ()
    if time.monotonic() >= _copy.fresh_until:
        _renew()
    return _copy.rows


def refresh() -> None:
    """Renew the copy if pages use it and it ages within the next flush; called by the recorder's thread."""
    if float("-inf") < _copy.fresh_until <= time.monotonic() + 3 * conf.FLUSH_SECONDS and conf.INTERESTS:
        _renew()


def forget() -> None:
    """Read again at the next need; for tests and after a change in the admin."""
    global _copy
    _copy = _Copy()


def _renew() -> None:
    global _copy
    try:
        rows = CustomContent.objects.using(router.db_for_write(CustomContent)).order_by("-pk")[:MOST]
        _copy = _Copy(tuple(reversed(rows)), time.monotonic() + READ_AGAIN_SECONDS)
    except (DatabaseError, SynchronousOnlyOperation) as error:
        logger.info("customised content cannot be read now (%s)", type(error).__name__)
        _copy = _Copy(_copy.rows, time.monotonic() + RETRY_SECONDS)


def render(row: CustomContent, context: template.Context) -> SafeString:
    """Return the content as HTML: Markdown by the house's one profile, or the template with the page's context.

    A template that is gone or fails prints nothing, and the page goes out.
    """
    if row.text:
        return text.markdown(row.text)
    engine = context.template.engine if context.template else template.Engine.get_default()
    try:
        with context.push():
            return engine.get_template(row.template).render(context)
    except Exception as error:  # the site's own code
        logger.warning("the template %s of slot %s failed (%s)", row.template, row.slot, type(error).__name__)
        return mark_safe("")
