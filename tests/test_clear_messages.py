"""What goes wrong around the code (no tables, no database, no file) is answered in one line that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import ROOT

NOBODY_LISTENS = "postgres://postgres@127.0.0.1:1/onvif_privacy"
COMMANDS = [
    ["privacy_statement", "init", "--publish"],
    ["privacy_cookies", "publish"],
    ["privacy_visits", "status"],
    ["privacy_run"],
]
ids = ["_".join(command[:2]) for command in COMMANDS]


def run(command: list[str], database: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on a database of its own; returns the finished process."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.projects.everything", "DATABASE_URL": database} | more
    return subprocess.run(
        [sys.executable, "-m", "django", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a SQLite database with the tables of every room; returns its address."""
    address = f"sqlite:///{tmp_path_factory.mktemp('messages') / 'site.sqlite3'}"
    done = run(["migrate", "--run-syncdb", "--verbosity=0"], address, ONVIF_PRIVACY_TABLES="models")
    assert done.returncode == 0, done.stderr
    return address


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the error that a command ended with; fails when it is more than one line, as a traceback is."""
    assert done.returncode != 0, done.stdout
    *checks, error = done.stderr.strip().splitlines()
    assert not any(line.startswith("Traceback") for line in checks), done.stderr
    assert error.startswith("CommandError: "), done.stderr
    return error


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
def test_missing_tables_lead_to_migrate(command: list[str], tmp_path: Path) -> None:
    assert "manage.py migrate" in one_line(run(command, f"sqlite:///{tmp_path / 'empty.sqlite3'}"))


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
def test_stopped_database_is_named(command: list[str]) -> None:
    message = one_line(run(command, NOBODY_LISTENS))
    assert "start it or check DATABASES" in message
    assert "port 1" in message


def test_unreadable_log_file_is_named(database: str, tmp_path: Path) -> None:
    message = one_line(run(["privacy_visits", "import-log", str(tmp_path / "access.log")], database))
    assert "access.log" in message


def test_unpublished_policy_is_a_warning_with_the_command_to_run(database: str) -> None:
    done = run(["check", "--database", "default"], database)
    assert "privacy_cookies publish" in done.stderr
    assert "privacy_statement init" in done.stderr
