"""From the stream to the store, by any number of consumers on any number of machines.

At least once: an entry is deleted after its parcel is stored, and one whose consumer has died is claimed by another.
Never twice: the row of the batch refuses a parcel that is there already.
"""

from __future__ import annotations

import logging
import random
import socket
import time
import uuid
from dataclasses import replace
from threading import Event
from typing import Any

from django.db import Error, router, transaction

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Process
from onvif_privacy.visits.services import streams
from onvif_privacy.visits.services.interests import agreeing
from onvif_privacy.visits.services.records import Parcel, Unavailable
from onvif_privacy.visits.services.store import books, take_turn
from onvif_privacy.visits.services.transports import Direct

logger = logging.getLogger("onvif_privacy.visits")

GROUP = "store"
CLAIM_SECONDS = 60  # far longer than storing a parcel takes
BLOCK_SECONDS = 2
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 8.0
LOOK_SECONDS = 10
LOG_EVERY_SECONDS = 60

Entry = tuple[bytes, dict[bytes, bytes]]


class Consumer:
    """One consumer of the stream, with a name of its own."""

    def __init__(self, *, claim_seconds: float = CLAIM_SECONDS) -> None:
        self._client: Any = streams.connect()
        self._name = f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"
        self._claim_ms = int(claim_seconds * 1000)
        self._store = Direct()
        self._store.open()
        self._held: Entry | None = None
        self._cursor: bytes = b"0-0"
        self._look_at = self._logged = float("-inf")
        self.parcels = self.visits = self.unreadable = 0

    def run(self, over: Event, *, once: bool = False) -> None:
        """Store parcels until ``over`` is set.

        ``once`` ends when none is left, and raises Unavailable instead of waiting.
        """
        failures = 0
        while not over.is_set():
            try:
                if not self.step(wait=not once) and once:
                    break
                failures = 0
            except Unavailable as error:
                self._store.close()
                if once:
                    raise
                failures += 1
                self._say(error)
                wait: float = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (failures - 1))
                over.wait(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter, so that consumers do not knock together
        self.close()

    def step(self, *, wait: bool = False) -> bool:
        """Store one parcel; gives False when there is none now. Raises Unavailable; what is held is tried again."""
        self._held = self._held or self._next(wait)
        if self._held is None:
            self._look_for_lost()
            self._store.rest()
            return False
        key, fields = self._held
        try:
            parcel = streams.opened(fields)
        except ValueError as error:  # its visits are missing from the books of their process, as what is lost
            self.unreadable += 1
            logger.warning("%s (%s)", error, key.decode())
        else:
            self.visits += self._stored(parcel)
            self.parcels += 1
        with streams.reached(), self._client.pipeline(transaction=True) as both:
            both.xack(conf.STREAM, GROUP, key).xdel(conf.STREAM, key).execute()
        self._held = None
        self._store.rest()  # it would be taken for a database that does not answer
        return True

    def _stored(self, parcel: Parcel) -> int:
        try:
            return self._store.send(unlinked(parcel)).stored
        except Error as error:
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Give back everything, and the name where nothing hangs on it."""
        try:
            with streams.reached():
                mine = self._client.xpending_range(conf.STREAM, GROUP, "-", "+", 1, consumername=self._name)
                if not mine:
                    self._client.xgroup_delconsumer(conf.STREAM, GROUP, self._name)
        except Unavailable:
            pass  # the name stays behind, and what it held is claimed
        self._client.close()
        self._store.close()

    def _next(self, wait: bool) -> Entry | None:
        """Return what a dead consumer has left, else what nobody has had."""
        from redis.exceptions import ResponseError

        with streams.reached():
            try:
                self._cursor, left, *_gone = self._client.xautoclaim(
                    conf.STREAM, GROUP, self._name, self._claim_ms, self._cursor, count=1
                )
                for entry in left:
                    if entry[1]:  # Redis 6.2 gives those that were trimmed, without fields
                        return entry  # type: ignore[no-any-return]
                block = BLOCK_SECONDS * 1000 if wait else None
                found = self._client.xreadgroup(GROUP, self._name, {conf.STREAM: ">"}, count=1, block=block)
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                self._client.xgroup_create(conf.STREAM, GROUP, id="0", mkstream=True)
                return self._next(wait)
        return found[0][1][0] if found else None

    def _look_for_lost(self) -> None:
        """Count what was handed over and is neither stored nor in the stream (trimmed, flushed, failed over).

        Whoever stores holds the turn: between the look at the books and the look at the stream nothing is stored, and
        what the books know of was in the stream before. An empty one has lost it, then.
        """
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        alias = router.db_for_write(Process)
        try:
            with transaction.atomic(using=alias):
                take_turn(alias)
                missing = [row for row in Process.objects.using(alias).filter(handed__gt=0) if row.in_stream]
                with streams.reached():
                    if missing and self._client.xlen(conf.STREAM) == 0:
                        books.lose(missing, alias)
        except Error as error:
            raise Unavailable(str(error)) from error

    def _say(self, error: Unavailable) -> None:
        if time.monotonic() - self._logged >= LOG_EVERY_SECONDS:
            self._logged = time.monotonic()
            where = "Redis" if isinstance(error, streams.StreamAway) else "the database"
            logger.warning("visits in the stream wait for %s (%s)", where, type(error.__cause__ or error).__name__)


def unlinked(parcel: Parcel) -> Parcel:
    """Take the reference from visits of those who have withdrawn, or were erased, while these were under way.

    The visits count, like those of anybody else. One query, none where no visit has a reference.
    """
    named = {one.visitor: agreeing.visitor_of(one.visitor) for one in parcel.records if one.visitor}
    if not named:
        return parcel
    granted = agreeing.visitors("popularity").filter(subject__in=[*filter(None, named.values())])
    agree = set(granted.values_list("subject", flat=True))
    records = tuple(
        one._replace(visitor="") if one.visitor and named[one.visitor] not in agree else one for one in parcel.records
    )
    return replace(parcel, records=records)
