"""The salt of the day: random, the same in all processes of the site, in memory while the day lasts, then destroyed.

What makes a visitor countable once is a keyed hash (BLAKE2b as a MAC, RFC 7693) of the whole address and the user
agent. It is made while the page goes out, at once cut to what a sketch needs (18 bits, `sketch.value_of`), and
forgotten.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import time
from typing import NamedTuple

from django.db import router

from onvif_privacy.core import keys
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import DaySalt
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.sketch import VALUE_BITS, value_of

logger = logging.getLogger("onvif_privacy.visits")

SALT_BYTES = 32
# The next day's salt is made this long before midnight, so that no visit of its first seconds goes uncounted.
AHEAD_SECONDS = 60
HASH_BYTES = 8
FIRST = b"\0"  # with it the key's own block is hashed here, once a day, and not for every visit
REST_SECONDS = 60


class Day(NamedTuple):
    """One day in memory: ``start`` to ``end`` (not included), seconds since 1970, and a hash that holds the key."""

    start: int
    end: int
    keyed: hashlib.blake2b


_days: tuple[Day, ...] = ()
_rest_until = 0.0


def marks(at: int, address: str, agent: str, page: str) -> int:
    """Return what a visit does to the sketches of the site and of the page; 0 while the day's salt is not known.

    The lower 18 bits are the site's, the upper ones the page's. Pages are hashed apart from each other and from the
    site, so that equal values on two pages mean nothing.
    """
    for start, end, keyed in _days:
        if start <= at < end:
            state = keyed.copy()
            state.update(f"{address}\0{agent}\0".encode("utf-8", "surrogatepass"))
            site = value_of(int.from_bytes(state.digest()))
            state.update(page.encode("utf-8", "surrogatepass"))
            return value_of(int.from_bytes(state.digest())) << VALUE_BITS | site
    return 0


def forget() -> None:
    """Forget every salt of this process; for tests."""
    global _days, _rest_until
    _days, _rest_until = (), 0.0


def keep_up() -> None:
    """Know the salt of today, and shortly before midnight tomorrow's; destroy those of days that are over.

    No query but at the change of a day. Without a key ring nothing is counted, and the log says so once a minute.
    Raises what the database raises.
    """
    global _days, _rest_until
    if not conf.UNIQUES:
        _days = ()
    elif time.monotonic() >= _rest_until:
        try:
            _renew()
        except keys.KeyRingError as error:
            _days, _rest_until = (), time.monotonic() + REST_SECONDS
            logger.warning("different visitors are not counted: %s", error)


def _renew() -> None:
    global _days
    now = time.time()
    if _days and _days[0].start <= now < _days[0].end and now < _days[-1].end - AHEAD_SECONDS:
        return
    today = clock.today()
    wanted = [today]
    if now >= _bounds(today)[1] - AHEAD_SECONDS:
        wanted.append(today + dt.timedelta(days=1))
    _days = tuple(_loaded(day) for day in wanted)
    destroy()


def destroy() -> None:
    """Delete the salts of days that are over."""
    using = router.db_for_write(DaySalt)
    DaySalt.objects.using(using).filter(day__lt=clock.today()).delete()


def _loaded(day: dt.date) -> Day:
    """Read the day's salt, which the first process to ask has made; two that ask at once get the same."""
    rows = DaySalt.objects.using(router.db_for_write(DaySalt))
    row = rows.filter(pk=day).first()
    if row is None:
        fresh = DaySalt(day=day, salt=secrets.token_bytes(SALT_BYTES), ring_key=keys.ring().active("data").id)
        rows.bulk_create([fresh], ignore_conflicts=True)
        row = rows.get(pk=day)
    ring_secret = keys.derive("visits", "day salt", key_id=row.ring_key)
    key = keys.mac(ring_secret, bytes(row.salt))
    return Day(*_bounds(day), hashlib.blake2b(FIRST, key=key, digest_size=HASH_BYTES))


def _bounds(day: dt.date) -> tuple[int, int]:
    start, end = clock.bounds(day, day)
    return clock.seconds(start), clock.seconds(end)
