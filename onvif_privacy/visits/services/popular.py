"""The most visited pages, for pages: a copy in the memory of the process, so that showing it costs no query."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import AreaDay, PageDay
from onvif_privacy.visits.services import clock

logger = logging.getLogger("onvif_privacy.visits")

KEPT = 128  # different combinations of days, limit and subject area
RETRY_SECONDS = 5.0  # after a failed reading


@dataclass(frozen=True)
class PopularPage:
    """One page of the list: its address on this site, and its visits in the period."""

    path: str
    visits: int


@dataclass
class _Copy:
    pages: tuple[PopularPage, ...]
    fresh_until: float  # monotonic seconds


# No lock: each step on a dictionary is whole by itself, and a lock could be held for ever in a forked child.
_copies: dict[tuple[int, int, str], _Copy] = {}


def pages(*, days: int, limit: int, area: str = "") -> tuple[PopularPage, ...]:
    """Return the most visited pages of the last ``days`` days, today included; at most ``limit``, of one area if named.

    Two queries the first time and after the copy has aged, none otherwise; the recorder's thread renews copies before
    they age. While the database is away, or in an event loop, the last copy is given, or an empty list.
    """
    copy = _copies.get((days, limit, area))
    if copy is None or time.monotonic() >= copy.fresh_until:
        copy = _renewed(days, limit, area)
    return copy.pages


def refresh() -> None:
    """Renew copies that age within the next flush; called by the recorder's thread."""
    soon = time.monotonic() + 3 * conf.FLUSH_SECONDS
    for key, copy in list(_copies.items()):
        if copy.fresh_until <= soon:
            _renewed(*key)


def forget() -> None:
    """Empty the copies; for tests and after a rebuild."""
    _copies.clear()


def _renewed(days: int, limit: int, area: str) -> _Copy:
    try:
        copy = _Copy(_read(days, limit, area), time.monotonic() + conf.POPULAR_SECONDS)
    except (DatabaseError, SynchronousOnlyOperation) as error:
        logger.info("popular pages cannot be read now (%s)", type(error).__name__)
        earlier = _copies.get((days, limit, area))
        copy = _Copy(earlier.pages if earlier else (), time.monotonic() + RETRY_SECONDS)
    if len(_copies) >= KEPT and (days, limit, area) not in _copies:
        _copies.clear()
    _copies[days, limit, area] = copy
    return copy


def _read(days: int, limit: int, area: str) -> tuple[PopularPage, ...]:
    """Read the counts. Only pages with an address can be linked: public paths, and routes without parameters."""
    last = clock.today()
    counts = AreaDay.objects.filter(area__slug=area) if area else PageDay.objects.all()
    rows = (
        counts.between(last - dt.timedelta(days=max(days, 1) - 1), last)
        .linkable()
        .by("page__route", "page__path")[:limit]
    )
    return tuple(PopularPage(row["page__path"] or row["page__route"], row["total"]) for row in rows)
