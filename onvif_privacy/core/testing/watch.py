"""The watch: which statements read a declared personal column outside a gate scope, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.apps import apps
from django.db import connections

from onvif_privacy.core import gate
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.fields.sealed import caller
from onvif_privacy.core.registry.personal import Field, personal_data

READS = re.compile(r"\s*(SELECT|WITH|TABLE|VALUES|\()", re.IGNORECASE)
EVERYTHING = re.compile(r"(SELECT|\.|,)\s*\*|^\s*TABLE\b", re.IGNORECASE)


class UngatedRead(AssertionError):
    """Personal columns were read without a purpose; the message names each place and column."""


def _watched() -> dict[str, dict[str, str]]:
    """Return the watched columns by table, with the label of their field. Encrypted ones are sealed, not watched."""
    found: dict[str, dict[str, str]] = {}
    for declaration in personal_data.all():
        model = apps.get_model(declaration.model)
        for name, declared in declaration.fields.items():
            field = model._meta.get_field(name)
            column = getattr(field, "column", None)
            watch = declared.watch if isinstance(declared, Field) else declared.rest.watch
            if column and watch and not isinstance(field, EncryptedField):
                found.setdefault(model._meta.db_table, {})[column] = f"{declaration.model}.{name}"
    return found


def _word(name: str, sql: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", sql, re.IGNORECASE) is not None


def _read(sql: str, watched: dict[str, dict[str, str]]) -> list[str]:
    """Return the labels of the watched fields that a statement reads; a ``*`` reads all of its tables."""
    if not READS.match(sql):
        return []
    return [
        label
        for table, columns in watched.items()
        if _word(table, sql)
        for column, label in columns.items()
        if EVERYTHING.search(sql) or _word(column, sql)
    ]


@contextmanager
def ungated_reads() -> Iterator[None]:
    """Fail with file and line of each statement that reads a declared personal column outside a gate scope.

    Sees the ORM, ``raw()`` and cursors of every connection of this thread. ``Field(watch=False, because=…)`` admits
    what Django loads on each request. Raises UngatedRead at the end, so one run names every place.
    """
    watched, found = _watched(), dict[str, None]()

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if gate.current() is None:
            labels = _read(str(sql), watched)
            if labels:
                found[f"{caller(line=True)} reads {', '.join(sorted(set(labels)))}"] = None
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(look))
        yield
    if found:
        raise UngatedRead("Personal columns were read outside a gate.scope():\n" + "\n".join(found))
