"""Single visits by the day on PostgreSQL: their time is over with the table of their day, which is dropped as a whole.

The table that Django made becomes the rest: what belongs to no day that is kept or near falls there, such as rows of
before and rows that a host saves itself. Days are those of UTC, so that a site may change its time zone.

The whole has no primary key: PostgreSQL would want the time in it, and its index would take a third of a row again.
Numbers come from one sequence, and BRIN, which takes next to nothing, finds them as it finds times. No migration
contains this, because tables are also made without migrations; ``post_migrate`` does it (as with guards in `core`).
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from contextlib import suppress

from django.db import DatabaseError, OperationalError, ProgrammingError, connections, router, transaction
from django.utils import timezone

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Visit, Writer
from onvif_privacy.visits.services import clock, sql

DAY_SECONDS = 86_400
ONE_DAY = dt.timedelta(days=1)
AHEAD_DAYS = 7  # a site whose jobs stand still that long makes its days while it stores
TURN = 3  # the row of `Writer` that whoever makes days holds
LOCK = "2s"

TABLE = Visit._meta.db_table
REST = f"{TABLE}_rest"
INDEX = "privacy_visit_at"  # the name that the model gives to its own

# ruff: noqa: S608 - names of our own tables, and days
_PARTS = """
SELECT p.relkind, c.relname FROM pg_class p LEFT JOIN pg_inherits i ON i.inhparent = p.oid
LEFT JOIN pg_class c ON c.oid = i.inhrelid WHERE p.oid = to_regclass(%s)
"""
_INSTALL = f"""
ALTER TABLE {TABLE} RENAME TO {REST};
DROP INDEX IF EXISTS {INDEX};
CREATE TABLE {TABLE} (LIKE {REST} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY) PARTITION BY RANGE (at);
SELECT setval(pg_get_serial_sequence('{TABLE}', 'id'), coalesce(max(id), 0) + 1, false) FROM {REST};
ALTER TABLE {REST} ALTER id DROP IDENTITY IF EXISTS;
ALTER TABLE {TABLE} ATTACH PARTITION {REST} DEFAULT;
CREATE INDEX {INDEX} ON {TABLE} USING brin (at, id) WITH (pages_per_range = 32, autosummarize = on);
"""
# filled and then attached: made in its place it would wait for everybody who reads; a replica that is told of single
# rows needs to know which one is deleted
_MAKE = f"""
SET LOCAL lock_timeout = '@lock';
CREATE TABLE @day (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE @day REPLICA IDENTITY FULL;
WITH moved AS (DELETE FROM {REST} WHERE at >= '@from' AND at < '@to' RETURNING *) INSERT INTO @day SELECT * FROM moved;
ALTER TABLE {TABLE} ATTACH PARTITION @day FOR VALUES FROM ('@from') TO ('@to');
SET LOCAL lock_timeout = DEFAULT;
"""


def present(using: str) -> set[dt.date] | None:
    """Return the days that have a table of their own; None where single visits stand in one. One query, or none."""
    if connections[using].vendor != "postgresql":
        return None
    with connections[using].cursor() as cursor:
        cursor.execute(_PARTS, [TABLE])
        found = cursor.fetchall()
    if not found or found[0][0] != "p":
        return None
    names = (name.removeprefix(f"{TABLE}_") for _kind, name in found if name)
    return {dt.date.fromisoformat(name) for name in names if name.isdigit()}


def kept_since(days: set[dt.date] | None) -> int:
    """Return the second since 1970 from which on single visits are kept; ``days`` as `present` gives them.

    With tables by the day it is the beginning of one: no visit is kept longer than it may, and some for up to a day
    less.
    """
    seconds = clock.seconds(timezone.now()) - conf.RAW_DAYS * DAY_SECONDS
    return seconds if days is None else -(-seconds // DAY_SECONDS) * DAY_SECONDS


def first_whole_day(using: str) -> dt.date:
    """Return the first day, in the site's time zone, whose single visits are all kept."""
    since, day = kept_since(present(using)), clock.today() - dt.timedelta(days=conf.RAW_DAYS - 1)
    while clock.seconds(clock.bounds(day, day)[0]) < since:
        day += ONE_DAY
    return day


def make_for(seconds: Iterable[int], days: set[dt.date] | None, using: str) -> None:
    """Make the days of these instants that are missing; those far ahead (a wrong clock) stay with the rest.

    So does everything where the account may not make tables, or while somebody reads the rest for long.
    """
    if days is None:
        return
    last = clock.seconds(timezone.now()) + AHEAD_DAYS * DAY_SECONDS
    wanted = {_day(day * DAY_SECONDS) for day in {second // DAY_SECONDS for second in seconds if second <= last}}
    if wanted - days:
        with suppress(OperationalError, ProgrammingError), transaction.atomic(using=using):
            _make(wanted, using)


def keep_up(using: str) -> None:
    """Drop the days whose time is over, and make those to come.

    A day that somebody reads for long, and one that the account does not own, is left to be emptied row by row: who
    writes would wait behind whoever waits to drop it.
    """
    days = present(using)
    if days is None:
        return
    since = _day(kept_since(days))
    for day in sorted(day for day in days if day < since):
        with (
            suppress(OperationalError, ProgrammingError),
            transaction.atomic(using=using),
            connections[using].cursor() as cursor,
        ):
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK}'; DROP TABLE IF EXISTS {_name(day)}")
    _make_ahead(using)


def after_migrate(*, using: str, **kwargs: object) -> None:
    """Part the table by days in every PostgreSQL database; an account that may not is told what that means."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not router.allow_migrate_model(using, Visit):
        return
    try:
        with transaction.atomic(using=using):
            if present(using) is None and TABLE in connection.introspection.table_names():
                with connection.cursor() as cursor:
                    cursor.execute(_INSTALL)
            _make_ahead(using)
    except DatabaseError as error:
        sys.stderr.write(
            f"onvif_privacy: single visits could not be parted by days in database {using!r}: {error}\n"
            "They stay in one table, and are deleted row by row. Run 'manage.py migrate' again to part them.\n"
        )


def _make_ahead(using: str) -> None:
    now = clock.seconds(timezone.now())
    make_for((now + ahead * DAY_SECONDS for ahead in range(AHEAD_DAYS + 1)), present(using), using)


def _make(wanted: set[dt.date], using: str) -> None:
    sql.add_up(Writer, ("id",), ("turns",), [(TURN, 1)], using)
    for day in sorted(wanted - (present(using) or set())):
        statements = _MAKE.replace("@day", _name(day)).replace("@lock", LOCK)
        statements = statements.replace("@from", f"{day} 00:00+00").replace("@to", f"{day + ONE_DAY} 00:00+00")
        with connections[using].cursor() as cursor:
            cursor.execute(statements)


def _day(second: int) -> dt.date:
    return dt.datetime.fromtimestamp(second, tz=dt.UTC).date()


def _name(day: dt.date) -> str:
    return f"{TABLE}_{day:%Y%m%d}"
