"""The site that is measured, and how a table is written."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

import django


def set_up() -> None:
    """Configure the test project with every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()


class Table(NamedTuple):
    """What was measured, and what it rests on."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str


def markdown(table: Table) -> str:
    """Return a table with its note, the machine, the versions and the date."""
    lines = ["| " + " | ".join(table.header) + " |", "|" + "---|" * len(table.header)]
    lines += ["| " + " | ".join(row) + " |" for row in table.rows]
    return f"**{table.title}**\n\n" + "\n".join(lines) + f"\n\n{table.note} {machine()}\n"


def machine() -> str:
    """Return what was measured on, and when; ``load`` is what else the machine did meanwhile."""
    load = os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0
    versions = f"Python {platform.python_version()}, Django {version('django')}"
    today = dt.datetime.now(tz=dt.UTC).date()
    return f"{os.cpu_count()} cores, {platform.machine()}, {versions}, {today}, load {load:.1f}."


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> None:
    """Print one Markdown table."""
    print("\n" + markdown(Table(title, header, rows, note)))
