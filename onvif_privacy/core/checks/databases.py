"""Checks of what stands in the databases: guards, cascades, decisions, jobs, durability."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from onvif_privacy.core.checks.house import LABEL, broken
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Decision, Entry, Lease
from onvif_privacy.core.registry import guards, purposes

# Foreign keys that let a database change a table by itself; MariaDB fires no trigger for such rows.
_CASCADES = {
    "postgresql": "SELECT c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
    "WHERE k.contype = 'f' AND k.confdeltype IN ('c', 'n', 'd') AND pg_table_is_visible(c.oid)",
    "mysql": "SELECT TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS "
    "WHERE CONSTRAINT_SCHEMA = DATABASE() AND DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')",
    "sqlite": "SELECT m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f "
    "WHERE m.type = 'table' AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')",
}
# What a database says when it acknowledges before it has written: the question, the good answers, what to write.
_DURABLE = {
    "postgresql": (
        "SHOW synchronous_commit",
        ("on", "remote_apply", "remote_write", "local"),
        "synchronous_commit on",
    ),
    "mysql": ("SELECT @@innodb_flush_log_at_trx_commit", ("1",), "innodb_flush_log_at_trx_commit 1"),
}


@register(deploy=True)
def guards_are_on(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E010: append-only tables are not held by the database."""
    if broken("DATABASE_GUARDS") or conf.DATABASE_GUARDS:
        return []
    return [
        Error(
            "ONVIF_PRIVACY_DATABASE_GUARDS is False: evidence can be changed by SQL.",
            hint="Remove the setting and run 'manage.py migrate'.",
            id=f"{LABEL}.E010",
        )
    ]


def _migrating() -> bool:
    """Whether ``manage.py migrate`` asks: it puts guards right in a moment, and an error would keep it from that."""
    return sys.argv[1:2] == ["migrate"]


@register(Tags.database)
def guards_stand(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """E011: a guard is missing in a database, or has another text than declared."""
    from onvif_privacy.core.guards.install import problems, wanted

    if not wanted():
        return []
    message = Warning if _migrating() else Error
    return [
        message(
            f"The table {table} in database {alias!r} has lost its append-only guard.",
            hint="Run 'manage.py migrate': it puts guards back. Then find out who dropped it.",
            id=f"{LABEL}.E011",
        )
        for alias in databases or []
        for table in problems(connections[alias])
    ]


def _cascading(connection: BaseDatabaseWrapper) -> Iterator[str]:
    tables = {apps.get_model(guard.model)._meta.db_table for guard in guards.all() if guard.kind != "when"}
    if connection.vendor in _CASCADES:
        with connection.cursor() as cursor:
            cursor.execute(_CASCADES[connection.vendor])
            yield from sorted(tables & {name for (name,) in cursor.fetchall()})


@register(Tags.database)
def nothing_cascades(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """E012: a foreign key in the database removes or changes rows of an append-only table by itself."""
    return [
        Error(
            f"A foreign key of the table {table} in database {alias!r} has an ON DELETE rule.",
            hint="Make the constraint anew without it: Django needs none, and no guard sees what such a rule does.",
            id=f"{LABEL}.E012",
        )
        for alias in databases or []
        for table in _cascading(connections[alias])
    ]


@register(Tags.database)
def decided_purposes_are_declared(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """E033: the database holds decisions for a purpose that nobody declares any more."""
    using = router.db_for_read(Decision)
    if using not in (databases or []) or Decision._meta.db_table not in connections[using].introspection.table_names():
        return []
    decided = Decision.objects.using(using).order_by().values_list("purpose", flat=True).distinct()
    return [
        Error(
            f"Decisions exist for the purpose {slug!r}, which is not declared.",
            hint="Declare it again with retired=True until its decisions have ended.",
            id=f"{LABEL}.E033",
        )
        for slug in decided
        if slug not in purposes
    ]


@register(Tags.database)
def jobs_run(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """W003: a job that once ran has been silent for too long."""
    from onvif_privacy.core.jobs import overdue

    using = router.db_for_write(Lease)
    if using not in (databases or []) or Lease._meta.db_table not in connections[using].introspection.table_names():
        return []
    late = ", ".join(job.name for job in overdue())
    hint = "Run 'manage.py privacy_run' from cron each minute, and look for failures with 'privacy_run --list --json'."
    return [Warning(f"Jobs are overdue: {late}.", hint=hint, id=f"{LABEL}.W003")] if late else []


@register(Tags.database)
def commits_are_durable(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """W005: the database acknowledges before it has written, so a decision that was answered can be lost."""
    using = router.db_for_write(Entry)
    question, good, line = _DURABLE.get(connections[using].vendor, ("", (), ""))
    if using not in (databases or []) or not question:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(question)
        (answer,) = cursor.fetchone()
    if str(answer) in good:
        return []
    words = f"Database {using!r} acknowledges decisions before they are on disk."
    return [Warning(words, hint=f"Set {line} in its configuration.", id=f"{LABEL}.W005")]
