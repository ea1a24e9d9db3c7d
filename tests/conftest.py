"""What every run does first and last: insist on what is required, say what was left out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import urls
from django.contrib.contenttypes.management import create_contenttypes
from django.core.files.storage import storages
from django.db.models.signals import post_migrate
from django.utils import translation

from tests import requirements
from tests.newsite import build_wheel

# Tests start hundreds of processes. Where byte code may not be kept, each of them would compile the whole package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """Begin in the site's language: the test client leaves that of the last answer active."""
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _kept_addresses() -> Iterator[None]:
    """Keep what was worked out for each URLconf, by its name: reading the admin's anew for each test takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urls, "clear_url_caches", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Empty only the tables that hold something, and leave content types and permissions where they are.

    Making those anew after each test with transactions takes ten times as long as emptying the tables does, and
    PostgreSQL makes new files for each table that it truncates.
    """
    from django.db import connection

    whole = type(connection.ops).sql_flush
    kept = {"django_content_type", "auth_permission"}

    def those_in_use(ops: Any, style: Any, tables: list[str], **how: bool) -> list[str]:
        if any(how.values()):
            return whole(ops, style, tables, **how)
        post_migrate.disconnect(create_contenttypes)
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        names = {table: ops.quote_name(table) for table in tables if table not in kept}
        asked = [f"SELECT CASE WHEN EXISTS (SELECT 1 FROM {name}) THEN '{table}' END" for table, name in names.items()]
        with ops.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asked))
            filled = [table for (table,) in cursor.fetchall() if table]
        if ops.connection.vendor == "postgresql":
            return [f"DELETE FROM {names[table]};" for table in filled]
        return whole(ops, style, filled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", those_in_use)
        yield


@pytest.fixture(autouse=True)
def _empty_storages() -> None:
    """Begin with empty storages of our own: they lie outside the database, which forgets each test."""
    held = vars(storages).get("_storages", {})
    for alias in [one for one in held if one.startswith("privacy_")]:
        del held[alias]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this working tree, built once for each process."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def pytest_configure(config: pytest.Config) -> None:
    """Stop before the first test when something required is not there."""
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist: its controller has looked already
        return
    if missing := list(requirements.unmet()):
        raise pytest.UsageError("\n".join([f"{requirements.VARIABLE} asks for what is not there:", *missing]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database: the rest is the same on every engine and runs on one."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        asks = fixtures & {"db", "transactional_db", "django_db_setup"} or item.get_closest_marker("django_db")
        if asks and not item.get_closest_marker("once"):
            item.add_marker("database")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let Django ask once what the database can do: a test that stops it must not be the first to ask."""
    from django.db import connection

    with django_db_blocker.unblock():
        assert connection.features.supports_json_field


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name each part of the matrix this run has left out, why, and how to run it."""
    from django.db import connection

    lines = list(_skips(terminalreporter))
    lines += requirements.left_out(connection.vendor, " ".join(config.args))
    if lines:
        terminalreporter.section(f"not run here (database of this run: {connection.vendor})")
        for line in lines:
            terminalreporter.line(line)


def _skips(terminalreporter: pytest.TerminalReporter) -> Iterator[str]:
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    for reason, number in sorted(reasons.items()):
        yield f"{number} skipped: {reason}"
