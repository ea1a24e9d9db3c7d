"""What a command says when its database is away or has no tables yet: one line with what to do, not a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError

# SQLite, PostgreSQL and MariaDB in this order
NO_TABLE = ("no such table", "does not exist", "doesn't exist")


def advice(error: BaseException) -> str:
    """Return one line that says what is wrong with the database and what to do about it."""
    cause = str(error.__cause__ or error).strip().splitlines()[0]
    if any(words in cause for words in NO_TABLE):
        return f"Tables are missing: run 'manage.py migrate' first. ({cause})"
    return f"The database cannot be used now: start it or check DATABASES, then run the command again. ({cause})"


@contextmanager
def needs_database(*, returncode: int = 1) -> Iterator[None]:
    """Turn an error of the database inside the block into CommandError with one clear line."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise CommandError(advice(error), returncode=returncode) from None
