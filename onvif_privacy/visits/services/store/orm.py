"""The store in the site's own database: SQLite, PostgreSQL, MariaDB and MySQL.

One transaction holds the single visits, their counts, the batch's own row and the books of the process, so a batch
is there whole or not at all, and sending it again changes nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    OperationalError,
    connections,
    router,
    transaction,
)
from django.utils import timezone

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Batch, Browser, Method, Page, Process, Reason, Referrer, Visit, Writer
from onvif_privacy.visits.querysets import Use
from onvif_privacy.visits.services import agents, clock, dictionary, rollups, sql
from onvif_privacy.visits.services.records import Parcel, Receipt, Record, Unavailable

COLUMNS = ("at", "page", "referrer", "browser", "method", "status", "network", "visitor")

# What one bad value raises, as opposed to a database that is not there. MySQL's drivers file an undecodable string
# (1366) under OperationalError.
BAD_VALUE = (DataError, IntegrityError, ValueError, TypeError, OverflowError)
MYSQL_BAD_STRING = 1366
STATEMENT_SECONDS = 5


Person = tuple[Record, agents.Agent]


class Prepared(NamedTuple):
    """One visit as the database takes it, and as the counts do; ``row`` is None for one too old to be kept singly."""

    row: sql.Row | None
    counted: rollups.Counted


def write(parcel: Parcel, *, using: str | None = None, also: Callable[[str], None] | None = None) -> Receipt:
    """Store a parcel once, however often it is sent. Raises Unavailable where the database cannot take it now.

    Bad rows are found by halving and left out; the rest is stored. ``also`` runs in the same transaction, with the
    alias of the database.
    """
    alias = using or router.db_for_write(Visit)
    sorted_out = _without_bots(parcel)
    try:
        try:
            return _write(parcel, *sorted_out, alias, also)
        except IntegrityError:
            # numbers remembered from tables that were emptied since
            dictionary.forget()
            return _write(parcel, *sorted_out, alias, also)
    except Error as error:
        raise Unavailable(str(error)) from error


def _without_bots(parcel: Parcel) -> tuple[list[Person], Counter[tuple[dt.date, str]]]:
    """Give the records of people, and what was left out including bots."""
    people: list[Person] = []
    excluded = Counter(parcel.excluded)
    slots = clock.Slots()
    for record in parcel.records:
        agent = agents.classify(record.agent)
        if agent.bot:
            excluded[slots[record.at // clock.QUARTER].day, Reason.BOT.value] += 1
        else:
            people.append((record, agent))
    return people, excluded


def _write(
    parcel: Parcel,
    people: Sequence[Person],
    excluded: Counter[tuple[dt.date, str]],
    using: str,
    also: Callable[[str], None] | None,
) -> Receipt:
    prepared, invalid = _prepared(people, using)
    with transaction.atomic(using=using):
        _limit_statements(using)
        _take_turn(using)
        earlier = Batch.objects.using(using).filter(pk=parcel.id).first()
        if earlier is not None:
            return Receipt(earlier.stored, earlier.bots, earlier.invalid)
        stored = _inserted(prepared, using)
        bots = len(parcel.records) - len(people)
        receipt = Receipt(len(stored), bots, invalid + len(prepared) - len(stored))
        tally = rollups.Tally()
        tally.add(visit.counted for visit in stored)
        tally.store(using)
        rollups.store_exclusions(excluded, using)
        _enter(parcel, receipt, using)
        if also is not None:
            also(using)
    return receipt


def _limit_statements(using: str) -> None:
    """Give up on a statement that waits or computes too long; ends with the transaction, so a proxy may pool it."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [STATEMENT_SECONDS * 1000])


def _take_turn(using: str) -> None:
    """Wait for whoever else changes counts, and hold them off until commit."""
    sql.add_up(Writer, ("id",), ("turns",), [(1, 1)], using)


def _enter(parcel: Parcel, receipt: Receipt, using: str) -> None:
    """Write the batch's row and the books of the process as they are once this commits."""
    now = timezone.now()
    Batch.objects.using(using).create(
        id=parcel.id, at=now, stored=receipt.stored, bots=receipt.bots, invalid=receipt.invalid
    )
    if parcel.books is None:
        return
    books = parcel.books
    dropped = dict(books.dropped)
    for reason, number in receipt.dropped.items():
        dropped[reason] = dropped.get(reason, 0) + number
    Process.objects.using(using).update_or_create(
        id=books.process,
        defaults={
            "started": books.started,
            "seen": now,
            "accepted": books.accepted,
            "stored": books.stored + receipt.stored,
            "pending": books.pending - len(parcel.records),
            "dropped": dropped,
        },
    )


def _prepared(people: Sequence[Person], using: str) -> tuple[list[Prepared], int]:
    """Turn records into rows; gives the rows and the number of records that cannot become one."""
    try:
        return _rows(people, using), 0
    except Exception as error:  # whatever one bad record raises, the others are stored
        if isinstance(error, Error) and not _is_bad_value(error):
            raise
    if len(people) == 1:
        return [], 1
    middle = len(people) // 2
    left, left_bad = _prepared(people[:middle], using)
    right, right_bad = _prepared(people[middle:], using)
    return left + right, left_bad + right_bad


def _rows(people: Sequence[Person], using: str) -> list[Prepared]:
    wanted = {(record.site, record.route, record.path) for record, _agent in people}
    wanted |= {(record.site, "", "") for record, _agent in people if record.marks}
    pages = dictionary.numbers(Page, wanted, using)
    referrers = dictionary.numbers(Referrer, {(record.referrer,) for record, _agent in people}, using)
    browsers = dictionary.numbers(Browser, {agent[1:] for _record, agent in people}, using)
    network, visitor = sql.adapter(Visit, "network", using), sql.adapter(Visit, "visitor", using)
    # the field's own way to the same value takes twice as long, and this is the innermost loop
    adapt = connections[using].ops.adapt_datetimefield_value
    slots = clock.Slots()
    kept_from = time.time() - conf.RAW_DAYS * 86_400
    rows = []
    for record, agent in people:
        day, hour = slots[record.at // clock.QUARTER]
        page = pages[record.site, record.route, record.path]
        referrer, browser = referrers[(record.referrer,)], browsers[agent[1:]]
        method, status = Method[record.method].value, record.status // 100
        site = pages[record.site, "", ""] if record.marks else 0
        counted = rollups.Counted(day, hour, page, referrer, browser, method, status, site, record.marks)
        if record.at < kept_from:  # an imported log may reach further back than single visits may be kept
            rows.append(Prepared(None, counted))
            continue
        person = visitor(_subject(record.visitor)) if record.visitor else None
        moment, place = adapt(clock.moment(record.at)), network(record.network or None)
        rows.append(Prepared((moment, page, referrer, browser, method, status, place, person), counted))
    return rows


def _subject(reference: str) -> uuid.UUID:
    return uuid.UUID(bytes=base64.urlsafe_b64decode(reference + "=="))


def _inserted(prepared: list[Prepared], using: str) -> list[Prepared]:
    """Insert rows, each half in its own savepoint where the whole is refused; gives those that went in."""
    if not prepared:
        return []
    try:
        with transaction.atomic(using=using):
            sql.insert(Visit, COLUMNS, [visit.row for visit in prepared if visit.row is not None], using)
    except (*BAD_VALUE, DatabaseError) as error:
        if not _is_bad_value(error):
            raise
        if len(prepared) == 1:
            return []
        middle = len(prepared) // 2
        return _inserted(prepared[:middle], using) + _inserted(prepared[middle:], using)
    return prepared


def _is_bad_value(error: BaseException) -> bool:
    return isinstance(error, BAD_VALUE) or (
        isinstance(error, OperationalError) and bool(error.args) and error.args[0] == MYSQL_BAD_STRING
    )


def rebuild(since: dt.date, *, using: str | None = None, progress: Callable[[int], Any] = lambda number: None) -> int:
    """Count again, from single visits, every day from ``since`` on; gives the number of visits counted.

    Writers wait meanwhile. Days whose single visits are gone in part must not be rebuilt: the caller's duty.
    ``progress`` is called with the number of visits counted since it was called last.
    """
    alias = using or router.db_for_write(Visit)
    start, _end = clock.bounds(since, since)
    with transaction.atomic(using=alias):
        _take_turn(alias)
        rollups.clear(since, start, alias)
        tally, total = rollups.Tally(), 0
        names = ("at", "page_id", "referrer_id", "browser_id", "method", "status")
        slots = clock.Slots()
        visits = Visit.objects.using(alias).used_for(Use.OPERATION).filter(at__gte=start)
        for at, *rest in visits.values_list(*names).iterator(10_000):
            day, hour = slots[clock.seconds(at) // clock.QUARTER]
            tally.add([rollups.Counted(day, hour, *rest)])
            total += 1
            if total % 10_000 == 0:
                progress(10_000)
        progress(total % 10_000)
        tally.store(alias)
    return total
