"""The text of the triggers, for each engine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from onvif_privacy.core.registry import Guard

PREFIX = "opg_"


@dataclass(frozen=True)
class Trigger:
    """One trigger: its table, the statement that creates it, and a name that ends in a digest of its text.

    Names are compared instead of bodies, because MariaDB hides bodies from accounts without the TRIGGER right.
    """

    table: str
    template: str

    @property
    def name(self) -> str:
        """``opg_<table>_<digest>``, 60 characters at most."""
        digest = hashlib.sha256(self.template.encode()).hexdigest()[:10]
        return f"{PREFIX}{self.table[-40:]}_{digest}"

    @property
    def statements(self) -> list[str]:
        """The statements that create it."""
        return [part.replace("@name", self.name) for part in self.template.split("\n--\n")]


def _unique_sets(model: type[Model]) -> list[tuple[str, ...]]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    sets: list[tuple[str, ...]] = [(columns[field.name],) for field in model._meta.concrete_fields if field.unique]
    for constraint in model._meta.total_unique_constraints:
        sets.append(tuple(columns[name] for name in constraint.fields))
    return sets


def _released(table: str, release_table: str) -> str:
    # Table names come from model classes, never from outside.
    return f"NOT EXISTS (SELECT 1 FROM {release_table} r WHERE r.table_name = '{table}' AND r.row_id = OLD.id)"  # noqa: S608


def _different(vendor: str, column: str) -> str:
    operator = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}.get(vendor)
    if operator is None:
        return f"NOT (NEW.{column} <=> OLD.{column})"
    return f"NEW.{column} {operator} OLD.{column}"


def _fill_once(vendor: str, model: type[Model], columns: tuple[str, ...]) -> str:
    rules = []
    for field in model._meta.concrete_fields:
        rule = _different(vendor, str(field.column))
        rules.append(f"(OLD.{field.column} IS NOT NULL AND {rule})" if field.name in columns else rule)
    return " OR ".join(rules)


_DAYS = re.compile(r"\bDAYS\(([\w.]+), ([\w.]+)\)")
_DIFFERENCE = {"sqlite": r"(julianday(\2) - julianday(\1))", "postgresql": r"(\2 - \1)", "mysql": r"DATEDIFF(\2, \1)"}


def _trigger(vendor: str, table: str, event: str, condition: str, message: str) -> Trigger:
    condition = _DAYS.sub(_DIFFERENCE[vendor], condition or "1 = 1")
    if vendor == "sqlite":
        body = (
            f"CREATE TRIGGER @name BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    elif vendor == "postgresql":
        result = "OLD" if event == "DELETE" else "NEW"
        body = (
            "CREATE OR REPLACE FUNCTION @name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {result}; END $$"
            f"\n--\nCREATE OR REPLACE TRIGGER @name BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION @name()"
        )
    else:
        body = (
            f"CREATE TRIGGER @name BEFORE {event} ON {table} FOR EACH ROW BEGIN IF {condition} THEN "
            # the number of a broken constraint, so that Django raises IntegrityError as on the other engines
            f"SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 4025, MESSAGE_TEXT = '{message}'; END IF; END"
        )
    return Trigger(table, body)


def _truncate(table: str, message: str) -> Trigger:
    return Trigger(
        table,
        f"CREATE OR REPLACE FUNCTION @name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{message}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        f"\n--\nCREATE OR REPLACE TRIGGER @name BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION @name()",
    )


def _anchor(table: str, column: str) -> Trigger:
    """Make an empty table that points at the guarded one: MariaDB fires no trigger for TRUNCATE, but refuses it then.

    The column is made by a SELECT, so that type and collation are those of the key.
    """
    return Trigger(
        table,
        f"CREATE TABLE @name (KEY ({column}), FOREIGN KEY ({column}) REFERENCES {table} ({column})) "  # noqa: S608 - our own names
        f"SELECT {column} FROM {table} WHERE 1 = 0",
    )


def triggers(guard: Guard, connection: BaseDatabaseWrapper) -> Iterator[Trigger]:
    """Yield the triggers that hold one declared guard on this engine."""
    model, vendor = apps.get_model(guard.model), connection.vendor
    table = model._meta.db_table
    message = f"onvif_privacy: {table} is append-only"
    if guard.kind == "when":
        message = f"onvif_privacy: {table} refuses {guard.name or 'this change'}"
        for event in guard.events:
            yield _trigger(vendor, table, event, guard.condition, message)
        return
    filled = _fill_once(vendor, model, guard.columns) if guard.kind == "fill_once" else ""
    yield _trigger(vendor, table, "UPDATE", filled, message)
    if guard.kind != "deletable":
        yield from _held(guard, vendor, model, message)
    if vendor == "sqlite":
        # INSERT OR REPLACE deletes without firing the delete trigger.
        same = " OR ".join(
            "(" + " AND ".join(f"e.{column} = NEW.{column}" for column in columns) + ")"
            for columns in _unique_sets(model)
        )
        yield _trigger(vendor, table, "INSERT", f"EXISTS (SELECT 1 FROM {table} e WHERE {same})", message)  # noqa: S608


def _held(guard: Guard, vendor: str, model: type[Model], message: str) -> Iterator[Trigger]:
    """Yield what keeps rows from being removed."""
    table = model._meta.db_table
    release_table = apps.get_model("onvif_privacy.Release")._meta.db_table
    released = _released(table, release_table) if guard.kind == "releasable" else ""
    yield _trigger(vendor, table, "DELETE", released, message)
    if vendor == "postgresql":
        yield _truncate(table, message)
    elif vendor == "mysql":
        yield _anchor(table, str(model._meta.pk.column))
