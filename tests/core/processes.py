"""Real processes on a real database that is no test database: guards stand in it, and nobody rolls back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Make an empty database on the engine of this run; yields its DATABASE_URL. Needs a transactional test."""
    name = f"op_{uuid.uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    given = connection.settings_dict
    scheme = "postgres" if connection.vendor == "postgresql" else "mysql"
    login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4" if scheme == "mysql" else ""))
    try:
        yield f"{scheme}://{login}@{given['HOST']}:{given['PORT']}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}" + (" WITH (FORCE)" if scheme == "postgres" else ""))


def environment(url: str, settings: str, **more: str) -> dict[str, str]:
    """Return the environment of a process of a site."""
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(ROOT)} | more


def run(url: str, settings: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``python`` with arguments on a site and wait for it, ten minutes at most."""
    command = [sys.executable, "-W", "error::DeprecationWarning", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(url, settings, **more),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def manage(url: str, settings: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command on a site."""
    return run(url, settings, "-m", "django", *arguments)


def make_tables(url: str, settings: str) -> None:
    """Make the tables of a site from its models, as a test database has them: a tenth of what its migrations take."""
    command = ("-m", "django", "migrate", "--run-syncdb", "--verbosity=0")
    done = run(url, settings, *command, ONVIF_PRIVACY_TABLES="models")
    assert done.returncode == 0, done.stdout + done.stderr


def told(url: str, settings: str, module: str, *arguments: str, **more: str) -> Any:
    """Run a module that prints JSON last; returns what it said, or fails with all it printed."""
    done = run(url, settings, "-m", module, *arguments, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
