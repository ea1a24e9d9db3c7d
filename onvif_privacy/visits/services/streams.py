"""Parcels over a Redis stream: recorders hand them over, ``privacy_visits ingest`` stores them (`ingest`).

A parcel is sealed under the site's key ring: it holds what is never stored, such as user agents, and Redis may write
it to a disk. Who can write to Redis can neither read visits there nor invent any.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from onvif_privacy.core import keys
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services.plan import plan
from onvif_privacy.visits.services.records import Books, Note, Parcel, Receipt, Record, Unavailable
from onvif_privacy.visits.services.transports import TIMEOUT_SECONDS, Direct, Transport

if TYPE_CHECKING:
    from redis import Redis

PLACE = ("visits", "stream")
AREAS = Record._fields.index("areas")
PARCEL_BYTES = 64_000_000  # far beyond a full buffer with the longest texts


class StreamAway(Unavailable):
    """Redis cannot be reached, or does not take a parcel; nothing is lost, send it again later."""


@contextmanager
def reached() -> Iterator[None]:
    """Turn what the client raises into StreamAway."""
    from redis.exceptions import RedisError

    try:
        yield
    except RedisError as error:
        raise StreamAway(str(error)) from error


def connect() -> Redis:
    """Return a client that never waits long and never tries again by itself; raises StreamAway for a bad address."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        return Redis.from_url(
            conf.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError as error:
        raise StreamAway(str(error)) from error


class Stream(Direct):
    """Recorder to stream, one command for each parcel. The database is for the upkeep of the thread only."""

    _client: Redis | None = None

    def send(self, parcel: Parcel) -> Receipt:
        """Hand the parcel over; a repeated one is refused when it is stored."""
        fields: Any = sealed(parcel)
        with reached():
            self._client = self._client or connect()
            self._client.xadd(conf.STREAM, fields, maxlen=conf.STREAM_PARCELS, approximate=True)
        return Receipt(handed=len(parcel.records))

    def close(self) -> None:
        """Close both connections."""
        super().close()
        if self._client is not None:
            self._client.close()
            self._client = None


class Configured:
    """The way that the settings name. Who sends without a thread (inline, `flush`) stores at once."""

    def __init__(self) -> None:
        self._way: Transport = Direct()

    def send(self, parcel: Parcel) -> Receipt:
        """Send it that way."""
        return self._way.send(parcel)

    def open(self) -> None:
        """Choose the way of the calling thread."""
        self._way = Stream() if plan().transport == "redis" else Direct()
        self._way.open()

    def rest(self) -> None:
        """Rest."""
        self._way.rest()

    def close(self) -> None:
        """Close."""
        self._way.close()


def sealed(parcel: Parcel) -> dict[str, str | bytes]:
    """Return the fields of a stream's entry; raises KeyRingError where the site has no key."""
    books = parcel.books
    data = {
        "id": parcel.id.hex,
        "excluded": [[day.isoformat(), reason, number] for (day, reason), number in parcel.excluded.items()],
        "books": books
        and [books.process.hex, _seconds(books.started), books.accepted, books.handed, dict(books.dropped)],
        "records": parcel.records,
        "notes": parcel.notes,
    }
    key_id = keys.ring().active("data").id
    key = keys.derive(*PLACE, key_id=key_id)
    packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 1)
    return {"key": key_id, "parcel": keys.seal(packed, key=key, key_id=bytes.fromhex(key_id), place=PLACE)}


def opened(fields: Mapping[bytes, bytes]) -> Parcel:
    """Return the parcel of an entry; raises ValueError for anything that `sealed` did not make under a key we have."""
    try:
        key = keys.derive(*PLACE, key_id=fields[b"key"].decode())
        inflating = zlib.decompressobj()
        text = inflating.decompress(keys.open_sealed(fields[b"parcel"], key=key, place=PLACE), PARCEL_BYTES)
        data = json.loads(text)
        return Parcel(
            tuple(Record._make([*one[:AREAS], tuple(one[AREAS]), *one[AREAS + 1 :]]) for one in data["records"]),
            {(dt.date.fromisoformat(day), reason): number for day, reason, number in data["excluded"]},
            data["books"] and _books(*data["books"]),
            uuid.UUID(data["id"]),
            tuple(Note._make([*one[:-1], tuple(one[-1])]) for one in data["notes"]),
            streamed=True,
        )
    except (keys.KeyRingError, keys.SealBroken, zlib.error, LookupError, TypeError, ValueError) as error:
        raise ValueError("This entry is no parcel of this site.") from error


def _seconds(started: dt.datetime) -> float:
    return (started if timezone.is_aware(started) else timezone.make_aware(started)).timestamp()


def _books(process: str, started: float, accepted: int, handed: int, dropped: Mapping[str, int]) -> Books:
    began = dt.datetime.fromtimestamp(started, tz=dt.UTC)
    books = Books(uuid.UUID(process), began, accepted, dropped=dropped, handed=handed)
    return books if timezone.is_aware(timezone.now()) else replace(books, started=timezone.make_naive(began))
