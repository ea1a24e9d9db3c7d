"""The two statements that the ORM cannot write: rows in bulk, and counts added to what is there.

Identifiers come from the models alone, values are always bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

from django.db import connections, models

Row = tuple[Any, ...]
VALUES = 500  # rows of one statement


def add_up(
    model: type[models.Model], keys: Sequence[str], counters: Sequence[str], rows: Iterable[Row], using: str
) -> None:
    """Insert each row, or add its counters to the row with the same keys. ``rows``: keys first, then counters.

    ``keys`` must be a unique constraint. Rows are written in the order of their keys, so that two writers never wait
    for each other in a circle.
    """
    ordered = sorted(rows)
    if not ordered:
        return
    columns = (*keys, *counters)
    end = _on_conflict(model, keys, counters, using)
    adapted = _adapted(model, columns, ordered, using)
    # SQLite's and MySQL's drivers make the most of one row a statement; PostgreSQL's would wait for each
    size = VALUES if connections[using].vendor == "postgresql" else 1
    with connections[using].cursor() as cursor:
        if size == 1:
            cursor.executemany(_insert(model, columns, 1, using) + end, adapted)
            return
        for start in range(0, len(adapted), size):
            chunk = adapted[start : start + size]
            cursor.execute(_insert(model, columns, len(chunk), using) + end, list(chain.from_iterable(chunk)))


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], using: str) -> None:
    """Insert rows of values that are adapted already (`adapter`)."""
    if not rows:
        return
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql" and hasattr(cursor.cursor, "copy"):  # psycopg 3
            names = ", ".join(_quoted(model, name, using) for name in columns)
            statement = f"COPY {_table(model, using)} ({names}) FROM STDIN"
            # Django wraps the errors of its own cursor methods only
            with connections[using].wrap_database_errors, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(_insert(model, columns, 1, using), rows)


def adapter(model: type[models.Model], name: str, using: str) -> Callable[[Any], Any]:
    """Return the function that turns a Python value of the field into what the driver takes; results are kept."""
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    connection = connections[using]
    return cache(lambda value: field.get_db_prep_save(value, connection))


def _adapted(model: type[models.Model], columns: Sequence[str], rows: list[Row], using: str) -> list[Row]:
    adapters = [adapter(model, name, using) for name in columns]
    return [tuple(adapt(value) for adapt, value in zip(adapters, row, strict=True)) for row in rows]


def _insert(model: type[models.Model], columns: Sequence[str], number: int, using: str) -> str:
    names = ", ".join(_quoted(model, name, using) for name in columns)
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {_table(model, using)} ({names}) VALUES {', '.join([row] * number)}"  # noqa: S608


def _on_conflict(model: type[models.Model], keys: Sequence[str], counters: Sequence[str], using: str) -> str:
    names = [_quoted(model, name, using) for name in counters]
    if connections[using].vendor == "mysql":
        return " ON DUPLICATE KEY UPDATE " + ", ".join(f"{name} = {name} + VALUES({name})" for name in names)
    target = ", ".join(_quoted(model, name, using) for name in keys)
    table = _table(model, using)
    return f" ON CONFLICT ({target}) DO UPDATE SET " + ", ".join(f"{n} = {table}.{n} + excluded.{n}" for n in names)


def _table(model: type[models.Model], using: str) -> str:
    return connections[using].ops.quote_name(model._meta.db_table)


def _quoted(model: type[models.Model], name: str, using: str) -> str:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    return connections[using].ops.quote_name(str(field.column))
