"""The store in the site's own database: SQLite, PostgreSQL, MariaDB and MySQL.

One transaction holds the single visits, their counts, the batch's own row and the books of the process, so a batch
is there whole or not at all, and sending it again changes nothing.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import DatabaseError, Error, IntegrityError, connections, router, transaction

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Batch, Page, Visit, Writer
from onvif_privacy.visits.querysets import Use
from onvif_privacy.visits.services import clock, dictionary, partitions, rollups, sql
from onvif_privacy.visits.services.interests import writing
from onvif_privacy.visits.services.records import Parcel, Receipt, Unavailable
from onvif_privacy.visits.services.store import books, rows
from onvif_privacy.visits.services.store.rows import Prepared

STATEMENT_SECONDS = 4  # so that a server that answers does so before `transports` gives it up
READ = 10_000  # single visits of one step of a rebuild
WIDTH = len(rows.COLUMNS)


def write(parcel: Parcel, *, using: str | None = None, also: Callable[[str], None] | None = None) -> Receipt:
    """Store a parcel once, however often it is sent. Raises Unavailable where the database cannot take it now.

    Bad rows are found by halving and left out; the rest is stored. ``also`` runs in the same transaction, with the
    alias of the database.
    """
    alias = using or router.db_for_write(Visit)
    found = rows.sort_out(parcel)
    try:
        try:
            return _write(parcel, found, alias, also)
        except IntegrityError:
            # numbers remembered from tables that were emptied since
            dictionary.forget()
            return _write(parcel, found, alias, also)
    except Error as error:
        raise Unavailable(str(error)) from error


def _write(parcel: Parcel, found: rows.Sorted, using: str, also: Callable[[str], None] | None) -> Receipt:
    prepared, invalid = rows.prepared(found.people, found.agents, using)
    scores = writing.scores(parcel.notes, using)
    with transaction.atomic(using=using):
        _limit_statements(using)
        take_turn(using)
        earlier = Batch.objects.using(using).filter(pk=parcel.id).first()
        if earlier is not None:
            return Receipt(earlier.stored, earlier.bots, earlier.invalid)
        stored = _inserted(prepared, using)
        refused = len(prepared.second) - len(stored.second)
        receipt = Receipt(len(stored.second), len(parcel.records) - len(found.people), invalid + refused)
        tally = rollups.Tally(look_up=conf.DOMAINS)
        for slot, visits in stored.by_slot():
            tally.add(slot, visits)
        tally.store(using)
        rollups.store_exclusions(found.excluded, using)
        writing.store(scores, using)
        books.enter(parcel, receipt, using)
        if also is not None:
            also(using)
    return receipt


def _limit_statements(using: str) -> None:
    """Give up on a statement that waits or computes too long; ends with the transaction, so a proxy may pool it."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [STATEMENT_SECONDS * 1000])


def take_turn(using: str) -> None:
    """Wait for whoever else changes counts, and hold them off until commit."""
    sql.add_up(Writer, ("id",), ("turns",), [(1, 1)], using)


def _inserted(prepared: Prepared, using: str) -> Prepared:
    """Insert single visits; gives those that went in, and those that are too old to be kept singly.

    An imported log may reach further back than single visits may be kept.
    """
    days = partitions.present(using)
    old = bisect_left(prepared.second, partitions.kept_since(days))  # they are in the order of time
    partitions.make_for(prepared.second[old:], days, using)
    refused = {old + position for position in _refused(prepared.rows()[old:], using)}
    return prepared.only([place not in refused for place in range(len(prepared.second))]) if refused else prepared


def _refused(visits: list[sql.Row], using: str, first: int = 0) -> list[int]:
    """Insert rows, each half in its own savepoint where the whole is refused; gives the positions of the refused."""
    if not visits:
        return []
    try:
        with transaction.atomic(using=using):
            sql.insert(Visit, rows.COLUMNS, visits, using)
    except (*rows.BAD_VALUE, DatabaseError) as error:
        if not rows.is_bad_value(error):
            raise
        if len(visits) == 1:
            return [first]
        middle = len(visits) // 2
        return _refused(visits[:middle], using, first) + _refused(visits[middle:], using, first + middle)
    return []


def rebuild(since: dt.date, *, using: str | None = None, progress: Callable[[int], Any] = lambda number: None) -> int:
    """Count again, from single visits, every day from ``since`` on; gives the number of visits counted.

    Writers wait meanwhile. Days whose single visits are gone in part must not be rebuilt: the caller's duty.
    ``progress`` is called with the number of visits counted since it was called last.
    """
    alias = using or router.db_for_write(Visit)
    start, _end = clock.bounds(since, since)
    with transaction.atomic(using=alias):
        take_turn(alias)
        rollups.clear(since, start, alias)
        tally, total = rollups.Tally(), 0
        visits = Visit.objects.using(alias).used_for(Use.OPERATION).filter(at__gte=start)
        reader = visits.values_list(*rows.COLUMNS, "page__site").iterator(READ)
        while chunk := list(islice(reader, READ)):
            columns = list(zip(*chunk, strict=True))
            seconds = [*map(clock.seconds, columns[0])]
            sites = dictionary.numbers(Page, {(site, "", "") for site in columns[WIDTH]}, alias)
            site = [sites[name, "", ""] for name in columns[WIDTH]]
            prepared = Prepared(*columns[:WIDTH], seconds, site, [0] * len(chunk), [()] * len(chunk))  # type: ignore[call-arg]
            for slot, found in prepared.by_slot():
                tally.add(slot, found)
            total += len(chunk)
            progress(len(chunk))
        tally.store(alias)
    return total
