"""Different visitors by page and day: values of a batch wait in one row, are merged each minute, read as estimates."""

from __future__ import annotations

import datetime as dt
import struct
import sys
import time
import zlib
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connections, router, transaction

from onvif_privacy.visits.models import UniqueDay, UniqueWaiting, Writer
from onvif_privacy.visits.services import sql
from onvif_privacy.visits.services.sketch import RANKS, TOP_RANK, VALUE_BITS, Sketch

_ENTRY = struct.Struct("<Q")
VALUE = (1 << VALUE_BITS) - 1
BOTH = 1 << 2 * VALUE_BITS
MERGE_SECONDS = 60
MERGED = 2_000  # batches of one transaction
CHUNK = 400  # stays below SQLite's limit of 999 parameters
TURN = 2  # the row of `Writer` that mergers hold; batches do not wait for them

_next = time.monotonic() + MERGE_SECONDS


def entries(pages: Sequence[int], sites: Sequence[int], marks: Sequence[int]) -> set[int]:
    """Return what visits do to sketches: page and value of each, both in one number.

    The arguments are columns: the number of the page, that of the site's own page, and the marks (`salts.marks`).
    A page that is the site's own bucket (no route, no path) has no values of its own. Marks that
    `sketch.value_of` cannot have given are left out: 0 stands for nothing, others come from no page of ours.
    """
    seen = [
        (page, site, both)
        for page, site, both in zip(pages, sites, marks, strict=True)
        if 0 < both < BOTH and 0 < both & RANKS <= TOP_RANK and 0 < both >> VALUE_BITS & RANKS <= TOP_RANK
    ]
    return {site << VALUE_BITS | both & VALUE for _page, site, both in seen} | {
        page << VALUE_BITS | both >> VALUE_BITS for page, site, both in seen if page != site
    }


def store(days: Mapping[dt.date, Collection[int]], using: str) -> None:
    """Add what a batch saw (`entries`), one row a day. Call it inside the batch's transaction.

    Entries stand in order of their numbers: which value of the site came with which of a page is not kept.
    """
    rows = [UniqueWaiting(day=day, values=_packed(found)) for day, found in sorted(days.items()) if found]
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
    """Return page and value of each entry of a waiting row; raises ValueError for bytes that are none."""
    try:
        data = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError("These bytes are no entries.") from error
    if len(data) % _ENTRY.size:
        raise ValueError("These bytes are no entries.")
    return ((one >> VALUE_BITS, one & VALUE) for (one,) in _ENTRY.iter_unpack(data))


def _packed(found: Collection[int]) -> bytes:
    numbers = array("Q", sorted(found))
    if sys.byteorder == "big":
        numbers.byteswap()
    return zlib.compress(numbers.tobytes(), 1)  # to a fifth, in a tenth of the time that PostgreSQL would take itself


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
            changed.append(UniqueDay(day=day, page_id=page, registers=after, estimate=sketch.estimate()))
    targeted = connections[using].features.supports_update_conflicts_with_target
    rows.bulk_create(
        changed,
        update_conflicts=True,
        update_fields=["registers", "estimate"],
        unique_fields=["page", "day"] if targeted else None,
    )
