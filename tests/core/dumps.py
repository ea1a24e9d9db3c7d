"""Backups as sites make them: a copy of the file on SQLite, pg_dump and psql, mysqldump and mysql."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

KEY_TABLES = ("onvif_privacy_subjectkey", "onvif_privacy_labelkey")
TOOLS = {"postgresql": ("pg_dump", "psql"), "mysql": ("mysqldump", "mysql"), "sqlite": ()}


def missing(vendor: str) -> str:
    """Return the names of the tools that a dump needs and this machine lacks."""
    return ", ".join(one for one in TOOLS[vendor] if shutil.which(one) is None)


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _run(command: list[str], *, into: Path | None = None, source: Path | None = None) -> None:
    stdout = into.open("wb") if into else subprocess.DEVNULL
    stdin = source.open("rb") if source else None
    try:
        subprocess.run(command, check=True, stdout=stdout, stdin=stdin, timeout=120)
    finally:
        for file in (stdout, stdin):
            if file not in (None, subprocess.DEVNULL):
                file.close()  # type: ignore[union-attr]


def _mysql(url: str, tool: str, *more: str) -> list[str]:
    given = urlsplit(url)
    login = [f"-h{given.hostname}", f"-P{given.port}", f"-u{given.username}"]
    return [tool, *login, *([f"-p{given.password}"] if given.password else []), *more, given.path.lstrip("/")]


def dump(url: str, target: Path, *, keys_only: bool = False) -> None:
    """Write a dump of a whole database, or of the tables of keys alone."""
    if url.startswith("sqlite"):
        shutil.copy(_file(url), target)
    elif url.startswith("postgres"):
        tables = [part for table in KEY_TABLES for part in ("-t", table)]
        _run(["pg_dump", *(["--data-only", *tables] if keys_only else []), url], into=target)
    else:
        command = _mysql(url, "mysqldump", *(["--no-create-info"] if keys_only else ["--triggers"]))
        _run([*command, *(KEY_TABLES if keys_only else ())], into=target)


def restore(url: str, source: Path) -> None:
    """Restore a whole dump into an empty database."""
    if url.startswith("sqlite"):
        shutil.copy(source, _file(url))
    elif url.startswith("postgres"):
        _run(["psql", "-q", "-v", "ON_ERROR_STOP=1", url], source=source)
    else:
        _run(_mysql(url, "mysql"), source=source)


def restore_keys(url: str, source: Path) -> None:
    """Replace the tables of keys by those of a dump."""
    emptied = ";".join(f"DELETE FROM {table}" for table in KEY_TABLES)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_file(url))) as connection, connection:
            connection.execute("ATTACH ? AS newest", [str(source)])
            for table in KEY_TABLES:
                connection.execute(f"DELETE FROM main.{table}")
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM newest.{table}")
    elif url.startswith("postgres"):
        _run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", emptied, url])
        _run(["psql", "-q", "-v", "ON_ERROR_STOP=1", url], source=source)
    else:
        _run([*_mysql(url, "mysql"), "-e", emptied])
        _run(_mysql(url, "mysql"), source=source)
