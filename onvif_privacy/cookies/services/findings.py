"""What the guard saw that the declaration does not cover, counted in memory and written once a minute.

Kept are kind, name and view; never a value, path, visitor or address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from onvif_privacy.cookies.models import NAME_LENGTH, CookieFinding
from onvif_privacy.cookies.services.tally import Tally
from onvif_privacy.core.text import clean

IN_MEMORY = 256
IN_ALL = 1000
CLOSED_DAYS = 90

# Numbers and long hexadecimal runs in a name are most likely somebody's identifier.
_IDENTIFIER = re.compile(r"(?=[0-9a-fA-F-]*[0-9])[0-9a-fA-F-]{6,}|[0-9]+")


class Seen(NamedTuple):
    """One finding: its kind, the cookie's name without identifiers, the view, and where it was seen."""

    kind: str
    name: str
    view: str
    source: str


OVERFLOW = Seen("overflow", "", "", "answer")


class Buffer(Tally[Seen]):
    """Counts findings between two flushes: at most 256 different ones, the rest as one number."""

    def _kept(self, key: Seen) -> Seen:
        return key if key in self._counts or len(self._counts) < IN_MEMORY - 1 else OVERFLOW


buffer = Buffer()
_trying: ContextVar[bool] = ContextVar("onvif_privacy_trying", default=False)


@contextmanager
def unreported() -> Iterator[None]:
    """Report nothing in the block: a promise's check tries the guard, and no visitor was concerned."""
    token = _trying.set(True)
    try:
        yield
    finally:
        _trying.reset(token)


def anonymous(name: str) -> str:
    """Return a cookie name of at most 128 characters with runs of digits and hexadecimals replaced by ``#``."""
    return _IDENTIFIER.sub("#", clean(name[: 4 * NAME_LENGTH], 4 * NAME_LENGTH))[:NAME_LENGTH]


def report(kind: str, name: str, *, view: str = "", source: str = "answer") -> None:
    """Count one finding. Never fails and never waits for the database."""
    if not _trying.get():
        buffer.add(_seen(kind, name, view, source))


@lru_cache(maxsize=1024)  # browsers repeat the same names with each request
def _seen(kind: str, name: str, view: str, source: str) -> Seen:
    return Seen(kind, anonymous(name), clean(view, 200), source)


def flush() -> int:
    """Write what was counted; returns the number of different findings. What cannot be written is counted again."""
    counts = buffer.drain()
    try:
        with transaction.atomic():
            write(counts)
    except Exception:
        for seen, number in counts.items():
            buffer.add(seen, number)
        raise
    return len(counts)


def write(counts: Mapping[Seen, int]) -> None:
    """Add counts to the table, which never holds more than 1,000 rows; the rest goes to the overflow row."""
    now, room = timezone.now(), IN_ALL - 1 - CookieFinding.objects.exclude(kind=OVERFLOW.kind).count()
    lost = counts.get(OVERFLOW, 0)
    for seen, number in counts.items():
        if seen == OVERFLOW or _increase(seen, number):
            continue
        if room <= 0:
            lost += number
            continue
        room -= _insert(seen, number)
    if lost and not _increase(OVERFLOW, lost):
        _insert(OVERFLOW, lost)
    ended(now).delete()


def ended(now: datetime) -> QuerySet[CookieFinding]:
    """Return the findings that were not seen for 90 days."""
    return CookieFinding.objects.filter(last_seen__lt=now - timedelta(days=CLOSED_DAYS))


def _increase(seen: Seen, number: int) -> bool:
    rows = CookieFinding.objects.filter(**seen._asdict())
    return bool(rows.update(count=F("count") + number, last_seen=timezone.now()))


def _insert(seen: Seen, number: int) -> int:
    now = timezone.now()
    try:
        with transaction.atomic():
            CookieFinding.objects.create(**seen._asdict(), first_seen=now, last_seen=now, count=number)
    except IntegrityError:  # another process was first
        _increase(seen, number)
        return 0
    return 1
