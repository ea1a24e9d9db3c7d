"""Different visitors by page and day: values of a batch wait in one row, are merged each minute, read as estimates."""

from __future__ import annotations

import datetime as dt
import struct
import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Iterable

from django.db import connections, router, transaction

from onvif_privacy.visits.models import UniqueDay, UniqueWaiting, Writer
from onvif_privacy.visits.services import sql
from onvif_privacy.visits.services.sketch import VALUE_BITS, Sketch, is_value

_ENTRY = struct.Struct("<Q")
VALUE = (1 << VALUE_BITS) - 1
MERGE_SECONDS = 60
MERGED = 2_000  # batches of one transaction
CHUNK = 400  # stays below SQLite's limit of 999 parameters
TURN = 2  # the row of `Writer` that mergers hold; batches do not wait for them

Mark = tuple[dt.date, int, int, int]  # day, number of the page, number of the site's own page, `salts.marks`
_next = time.monotonic() + MERGE_SECONDS


def store(marks: Iterable[Mark], using: str) -> None:
    """Add what a batch saw, one row a day. Call it inside the batch's transaction.

    Values of the site and of pages stand apart and in order of their numbers: which came with which is not kept. A
    page that is the site's own bucket (no route, no path) has no values of its own.
    """
    days: dict[dt.date, list[Mark]] = defaultdict(list)
    for mark in marks:
        both = mark[3]
        if is_value(both >> VALUE_BITS) and is_value(both & VALUE):  # else the record was not made here
            days[mark[0]].append(mark)
    rows = [UniqueWaiting(day=day, values=_packed(_seen(some))) for day, some in sorted(days.items())]
    UniqueWaiting.objects.using(using).bulk_create(rows)


def merge(using: str | None = None) -> bool:
    """Merge what waits into the registers of each page and day; gives whether there may be more.

    Raising a register twice is raising it once, so nothing is lost or counted twice wherever this ends.
    """
    alias = using or router.db_for_write(UniqueWaiting)
    if not UniqueWaiting.objects.using(alias).exists():
        return False
    with transaction.atomic(using=alias):
        sql.add_up(Writer, ("id",), ("turns",), [(TURN, 1)], alias)
        rows = list(UniqueWaiting.objects.using(alias).order_by("pk")[:MERGED])
        for day, pages in _by_day(rows).items():
            numbers = sorted(pages)
            for start in range(0, len(numbers), CHUNK):
                _raise(day, {page: pages[page] for page in numbers[start : start + CHUNK]}, alias)
        done = [row.pk for row in rows]
        for start in range(0, len(done), CHUNK):
            UniqueWaiting.objects.using(alias).filter(pk__in=done[start : start + CHUNK]).delete()
    return len(rows) == MERGED


def now_and_then() -> None:
    """Merge once a minute; called by the recorder's thread."""
    global _next
    if time.monotonic() >= _next:
        _next = time.monotonic() + MERGE_SECONDS
        while merge():
            pass


def values_of(data: bytes) -> Iterable[tuple[int, int]]:
    """Return page and value of each entry of a waiting row."""
    return ((one >> VALUE_BITS, one & VALUE) for (one,) in _ENTRY.iter_unpack(data))


def _seen(marks: list[Mark]) -> set[int]:
    found = {site << VALUE_BITS | both & VALUE for _day, _page, site, both in marks}
    return found | {page << VALUE_BITS | both >> VALUE_BITS for _day, page, site, both in marks if page != site}


def _packed(values: set[int]) -> bytes:
    entries = array("Q", sorted(values))
    if sys.byteorder == "big":
        entries.byteswap()
    return entries.tobytes()


def _by_day(rows: Iterable[UniqueWaiting]) -> dict[dt.date, dict[int, set[int]]]:
    days: dict[dt.date, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        for page, value in values_of(bytes(row.values)):
            days[row.day][page].add(value)
    return days


def _raise(day: dt.date, pages: dict[int, set[int]], using: str) -> None:
    rows = UniqueDay.objects.using(using)
    known = {row.page_id: bytes(row.registers) for row in rows.filter(day=day, page__in=pages)}
    changed = []
    for page, values in pages.items():
        before = known.get(page, b"")
        sketch = Sketch.unpacked(before) if before else Sketch()
        sketch.add(values)
        after = sketch.packed()
        if after != before:
            changed.append(UniqueDay(day=day, page_id=page, registers=after))
    targeted = connections[using].features.supports_update_conflicts_with_target
    rows.bulk_create(
        changed,
        update_conflicts=True,
        update_fields=["registers"],
        unique_fields=["day", "page"] if targeted else None,
    )
