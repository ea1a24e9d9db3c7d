"""Putting the triggers into a database, taking them out, and telling what is missing."""

from __future__ import annotations

import sys

from django.core import mail
from django.db import DatabaseError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from onvif_privacy.core.conf import conf
from onvif_privacy.core.guards.sql import Trigger, triggers
from onvif_privacy.core.registry import guards

# Tables that make TRUNCATE fail on MariaDB.
_ANCHORS = (
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'opg\\_%'"
)
_PRESENT = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'opg\\_%%' ESCAPE '\\'",
    "postgresql": (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname LIKE 'opg\\_%%' AND pg_table_is_visible(c.oid)"
    ),
    "mysql": (
        "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS "
        "WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'opg\\_%%' "
        "UNION SELECT TABLE_NAME, REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'opg\\_%%' AND REFERENCED_TABLE_NAME IS NOT NULL"
    ),
}


def wanted() -> bool:
    """Whether this process keeps guards: never in a test database, where a host's suite must flush as before."""
    return conf.DATABASE_GUARDS and not hasattr(mail, "outbox")


def expected(connection: BaseDatabaseWrapper) -> dict[str, Trigger]:
    """Return the triggers that the declarations ask for on tables that exist in this database, by name."""
    tables = set(connection.introspection.table_names())
    found = {}
    for guard in guards.all():
        for trigger in triggers(guard, connection):
            if trigger.table in tables and router.allow_migrate(connection.alias, guard.model.split(".")[0]):
                found[trigger.name] = trigger
    return found


def present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return name and table of the guards in this database."""
    if connection.vendor not in _PRESENT:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor].replace("%%", "%"))
        return dict(cursor.fetchall())


def _switched_off(connection: BaseDatabaseWrapper) -> set[str]:
    """Name the guards that are there and do nothing: PostgreSQL lets a table's owner disable a trigger."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'opg\\_%' AND tgenabled NOT IN ('O', 'A')")
        return {name for (name,) in cursor.fetchall()}


def _missing(connection: BaseDatabaseWrapper) -> list[Trigger]:
    working = present(connection).keys() - _switched_off(connection)
    return [trigger for name, trigger in sorted(expected(connection).items()) if name not in working]


def problems(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the tables whose guard is missing, switched off or of another text; empty when all stand."""
    return sorted({trigger.table for trigger in _missing(connection)})


def _drop_anchors(using: str) -> set[str]:
    """Remove what would keep a migration from changing a guarded table's key; returns the names."""
    connection = connections[using]
    if connection.vendor != "mysql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ANCHORS)
        names = {name for (name,) in cursor.fetchall()}
        for name in names:
            cursor.execute(f"DROP TABLE {name}")
    return names


def drop(using: str = "default") -> None:
    """Remove every guard from a database."""
    connection = connections[using]
    found, anchors = present(connection), _drop_anchors(using)
    with connection.cursor() as cursor:
        for name, table in found.items():
            if name in anchors:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")
            else:
                cursor.execute(f"DROP TRIGGER {name}")


def create(using: str = "default") -> None:
    """Create what is missing and remove what is no longer declared."""
    connection = connections[using]
    if connection.vendor not in _PRESENT:
        return
    if present(connection).keys() - expected(connection).keys():
        drop(using)
    with connection.cursor() as cursor:
        for trigger in _missing(connection):
            for statement in trigger.statements:
                cursor.execute(statement)


def before_migrate(*, using: str, **kwargs: object) -> None:
    """Drop all guards where the engine rebuilds tables; elsewhere triggers stay while migrations run."""
    if connections[using].vendor == "sqlite":
        drop(using)
    _drop_anchors(using)


def after_migrate(*, using: str, **kwargs: object) -> None:
    """Create the guards in every real database; an account that may not is told which right it lacks."""
    if not wanted():
        return
    try:
        create(using)
    except DatabaseError as error:
        sys.stderr.write(
            f"onvif_privacy: the append-only guards could not be created in database {using!r}: {error}\n"
            "The account that migrates needs the right to create triggers; then run 'manage.py migrate' again.\n"
        )
