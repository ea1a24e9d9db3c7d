"""Tools for saboteurs: whatever they plant is gone when their block ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, models, transaction

from onvif_privacy.core.guards import create, drop


@contextmanager
def rolled_back(using: str, *, guards: bool = True) -> Iterator[None]:
    """Undo every write of the block; without ``guards`` rows can be changed as a database owner would.

    The guards are dropped outside the transaction, since MariaDB commits with every such statement.
    """
    if not guards:
        drop(using)
    try:
        with transaction.atomic(using=using):
            try:
                yield
            finally:
                transaction.set_rollback(True, using=using)
    finally:
        if not guards:
            create(using)


@contextmanager
def altered(place: object, name: str, value: object) -> Iterator[None]:
    """Put ``value`` in the place of an attribute of a module or class, as somebody who edits the code would."""
    is_own = name in getattr(place, "__dict__", {})
    # as it is held: a static method that is read from its class comes back as a function, which then gets the object
    before = vars(place)[name] if is_own else getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        if is_own or not isinstance(place, type):
            setattr(place, name, before)
        else:  # the class inherits it again
            delattr(place, name)


def by_hand(using: str, statement: str, *values: object) -> None:
    """Run one SQL statement past every model, without foreign keys in the way; UUIDs are written as the engine does."""
    connection, key = connections[using], models.UUIDField()
    prepared: list[Any] = [
        key.get_db_prep_value(one, connection) if isinstance(one, uuid.UUID) else one for one in values
    ]
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(statement, prepared)
