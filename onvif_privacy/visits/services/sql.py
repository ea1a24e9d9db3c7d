"""The two statements that the ORM cannot write: rows in bulk, and counts added to what is there.

Identifiers come from the models alone, values are always bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

from django.db import connections, models

Row = tuple[Any, ...]
# Rows of one statement on SQLite: the largest, and where one statement a row begins to do. SQLite's driver lets other
# threads run after every statement and waits for them to come back, so a thousand statements beside a busy page take
# far longer than one with a thousand rows. Powers of two make few different texts, which the driver has compiled.
LARGEST, FEW = 256, 32


def add_up(
    model: type[models.Model], keys: Sequence[str], counters: Sequence[str], rows: Iterable[Row], using: str
) -> None:
    """Insert each row, or add its counters to the row with the same keys. ``rows``: keys first, then counters.

    ``keys`` must be a unique constraint.
    """
    upsert(model, (*keys, *counters), rows, _on_conflict(model, keys, counters, using), using)


def upsert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], end: str, using: str) -> None:
    """Insert rows; ``end`` says what becomes of those that are there already.

    Rows are written in the order of their first columns, so that two writers never wait for each other in a circle.
    """
    ordered = sorted(rows)
    if not ordered:
        return
    adapted = [
        list(map(_adapter(model, name, using), values))
        for name, values in zip(columns, zip(*ordered, strict=True), strict=True)
    ]
    if connections[using].vendor != "postgresql":
        _send(model, columns, list(zip(*adapted, strict=True)), end, using)
        return
    # one array a column: as many rows as wanted in a statement whose text is always the same
    arrays = ", ".join(f"%s::{_field(model, name).db_type(connections[using])}[]" for name in columns)
    statement = f"{_insert(model, columns, using)} SELECT * FROM unnest({arrays}){end}"  # noqa: S608
    with connections[using].cursor() as cursor:
        cursor.execute(statement, [_array(values) for values in adapted])


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], using: str) -> None:
    """Insert rows of values as the driver takes them."""
    if not rows:
        return
    connection = connections[using]
    if connection.vendor != "postgresql":
        _send(model, columns, rows, "", using)
        return
    with connection.cursor() as cursor:
        if not hasattr(cursor.cursor, "copy"):  # psycopg 2
            cursor.executemany(f"{_insert(model, columns, using)} VALUES {_places(columns)}", rows)
            return
        names = ", ".join(_quoted(model, name, using) for name in columns)
        # Django wraps the errors of its own cursor methods only
        with (
            connection.wrap_database_errors,
            cursor.copy(f"COPY {_table(model, using)} ({names}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)


def _send(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], end: str, using: str) -> None:
    """Insert rows in few statements: MySQL's driver puts them together itself, for SQLite that is done here."""
    start = f"{_insert(model, columns, using)} VALUES "
    with connections[using].cursor() as cursor:
        if connections[using].vendor != "sqlite":
            cursor.executemany(f"{start}{_places(columns)}{end}", rows)
            return
        from sqlite3 import Cursor  # a Python may be without it where another database is used

        for part in _powers_of_two(rows):
            if len(part) < FEW:
                cursor.executemany(f"{start}{_places(columns)}{end}", part)
            else:
                values = list(chain.from_iterable(part))
                # past Django's own cursor, which would replace two thousand marks one by one, each time
                with connections[using].wrap_database_errors:
                    Cursor.execute(cursor.cursor, f"{start}{_marks(len(columns), len(part))}{end}", values)


def _powers_of_two(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into parts of `LARGEST`, then of smaller powers of two; the last are fewer than `FEW`."""
    start, size = 0, LARGEST
    while len(rows) - start >= FEW:
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size
    if start < len(rows):
        yield rows[start:]


def _array(values: Iterable[Any]) -> str:
    """PostgreSQL's text of an array; numbers stand as they are, everything else in quotes."""
    return "{" + ",".join(str(value) if isinstance(value, int) else _in_quotes(str(value)) for value in values) + "}"


def _in_quotes(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _adapter(model: type[models.Model], name: str, using: str) -> Callable[[Any], Any]:
    """Return the function that turns a Python value of the field into what the driver takes; results are kept."""
    field, connection = _field(model, name), connections[using]
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int
    return cache(lambda value: field.get_db_prep_save(value, connection))


def _insert(model: type[models.Model], columns: Sequence[str], using: str) -> str:
    return f"INSERT INTO {_table(model, using)} ({', '.join(_quoted(model, name, using) for name in columns)})"


def _places(columns: Sequence[str]) -> str:
    return f"({', '.join(['%s'] * len(columns))})"


@cache
def _marks(columns: int, rows: int) -> str:
    """Places for the values of rows, written as SQLite has them."""
    return ",".join([f"({','.join('?' * columns)})"] * rows)


def _on_conflict(model: type[models.Model], keys: Sequence[str], counters: Sequence[str], using: str) -> str:
    names = [_quoted(model, name, using) for name in counters]
    if connections[using].vendor == "mysql":
        return " ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = {name} + VALUES({name})" for name in names)
    target = ", ".join(_quoted(model, name, using) for name in keys)
    table = _table(model, using)
    return f" ON CONFLICT ({target}) DO UPDATE SET " + ", ".join(f"{n} = {table}.{n} + excluded.{n}" for n in names)


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def _table(model: type[models.Model], using: str) -> str:
    return connections[using].ops.quote_name(model._meta.db_table)


def _quoted(model: type[models.Model], name: str, using: str) -> str:
    return connections[using].ops.quote_name(str(_field(model, name).column))
