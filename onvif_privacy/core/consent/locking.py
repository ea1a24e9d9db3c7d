"""Locks and transactions of decisions: one person at a time, never longer than the site allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, connections, router, transaction
from django.db.models import F

from onvif_privacy.core.conf import conf
from onvif_privacy.core.consent.errors import ConsentUnavailable
from onvif_privacy.core.models import Decision, Subject


class Locked(NamedTuple):
    """A transaction that holds a person's row: its database, and whether the person can still decide anything."""

    using: str
    alive: bool


def lock_subject(subject: Subject, using: str) -> bool:
    """Take the person's row until commit; gives whether it is neither erased nor merged into another.

    Everything that decides or restricts takes the same row first.

    SQLite has no row locks: there the first statement of a writer must be a write, or two of them deadlock.
    """
    connection = connections[using]
    rows = Subject.objects.using(using).filter(pk=subject.pk)
    if connection.vendor == "sqlite":
        return bool(rows.alive().update(created_on=F("created_on")))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [f"{conf.LOCK_SECONDS}s"])
    sql, params = rows.order_by().values("erased_at", "merged_into").select_for_update().query.sql_with_params()
    if connection.vendor == "mysql" and connection.mysql_is_mariadb:  # type: ignore[attr-defined]
        sql += f" WAIT {conf.LOCK_SECONDS}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row is not None and not any(row)


@contextmanager
def _patience(using: str) -> Iterator[None]:
    """Wait ``LOCK_SECONDS`` at most on SQLite, where the wait belongs to the connection; elsewhere SQL says so."""
    connection = connections[using]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout = {min(before, conf.LOCK_SECONDS * 1000)}")
    try:
        yield
    finally:
        if connection.connection is raw:  # else it was closed meanwhile
            raw.execute(f"PRAGMA busy_timeout = {before}")


@contextmanager
def one_transaction(subject: Subject) -> Iterator[Locked]:
    """Open the transaction of a decision and take the person's row; database trouble becomes ConsentUnavailable."""
    using = router.db_for_write(Decision)
    try:
        with _patience(using), transaction.atomic(using=using):
            yield Locked(using, lock_subject(subject, using))
    except (DatabaseError, InterfaceError) as error:  # the latter: the connection was lost before
        raise ConsentUnavailable("The decision could not be recorded. Please try again.") from error
