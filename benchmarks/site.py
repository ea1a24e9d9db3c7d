"""The site that is measured, and how a table is printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

import django


def set_up() -> None:
    """Configure the test project with every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> None:
    """Print one Markdown table with what it was measured on."""
    print(f"\n**{title}**\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"\n{note} {machine}, Django {version('django')}.")
