"""The tables of docs/reference.md, made from the code: settings, checks, template tags, commands, signals.

``python -m tests.reference`` rewrites them; tests/test_docs.py compares them. A table stands between two comments that
name it, so the prose around it is written by hand.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

import django
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.dispatch import Signal
from django.template.backends.django import get_installed_libraries
from django.template.library import import_library
from django.utils.translation import override

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"
CHECK_ID = re.compile(r"[EWI]\d{3}(, [EWI]\d{3})*")


def settings() -> Iterator[tuple[str, ...]]:
    """Yield name, default and meaning of each setting, room by room in the order of their tables."""
    from onvif_privacy.core.conf import Settings

    # by the order of the apps, whichever table happened to be imported first
    order = {app.name: number for number, app in enumerate(apps.get_app_configs())}
    for table in sorted(Settings.tables, key=lambda one: order.get(one.__module__.rpartition(".")[0], len(order))):
        if table.__module__.startswith("onvif_privacy."):
            for row in table.rows():
                default = row.default
                words = f"{(default.__doc__ or '').rstrip('.')}" if inspect.isfunction(default) else f"`{default!r}`"
                yield f"`{row.name}`", "**required**" if words == "`required`" else words, str(row.meaning)


def checks() -> Iterator[tuple[str, ...]]:
    """Yield the ids of each system check and what it finds; its docstring begins "E001, E002: …"."""
    from django.core.checks.registry import registry

    for check in set(registry.get_checks(include_deployment_checks=True)):
        function = inspect.unwrap(check)
        app = apps.get_containing_app_config(function.__module__)
        if app is None or not app.name.startswith("onvif_privacy."):
            continue
        ids, colon, meaning = _first_sentence(function).partition(": ")
        if not colon or not CHECK_ID.fullmatch(ids):
            raise ValueError(f"the docstring of {function.__module__}.{function.__name__} does not begin with its id")
        yield ", ".join(f"`{app.label}.{name}`" for name in ids.split(", ")), meaning


def tags() -> Iterator[tuple[str, ...]]:
    """Yield library, tag or filter, and its first sentence."""
    for name, module in get_installed_libraries().items():
        if module.startswith("onvif_privacy."):
            library = import_library(module)
            for tag, function in library.tags.items():
                yield f"`{name}`", f"`{{% {tag} %}}`", _first_sentence(function)
            for filter_name, function in library.filters.items():
                yield f"`{name}`", f"`|{filter_name}`", _first_sentence(function)


def commands() -> Iterator[tuple[str, ...]]:
    """Yield each management command and its help."""
    for name, app in get_commands().items():
        if app.startswith("onvif_privacy."):
            yield f"`{name}`", str(load_command_class(app, name).help)


def signals() -> Iterator[tuple[str, ...]]:
    """Yield each signal of the kernel with the comment or text that stands on or above its line."""
    module = import_module("onvif_privacy.core.signals")
    source = inspect.getsource(module).splitlines()
    for name, value in vars(module).items():
        if isinstance(value, Signal):
            at = next(number for number, line in enumerate(source) if line.startswith(f"{name} ="))
            own = source[at].partition("#")[2] or source[at - 1].lstrip("# ")
            yield f"`{name}`", own.strip()


TABLES: dict[str, tuple[tuple[str, ...], Callable[[], Iterable[tuple[str, ...]]]]] = {
    "settings": (("setting", "default", "meaning"), settings),
    "checks": (("id", "finds"), checks),
    "tags": (("library", "tag", "meaning"), tags),
    "commands": (("command", "does"), commands),
    "signals": (("signal", "meaning"), signals),
}


def table(name: str) -> str:
    """Return one table as Markdown, rows sorted by their text except for settings, which keep the order of the code."""
    head, rows = TABLES[name]
    with override("en"):
        body = list(rows())
    if name != "settings":
        body.sort()
    cells = [head, tuple("---" for _ in head), *body]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in row) + " |" for row in cells
    )


def filled(page: str) -> str:
    """Return the page with every table replaced by what the code says now."""
    for name in TABLES:
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = page.partition(begin)
        after = rest.partition(end)[2]
        page = f"{before}{begin}\n\n{table(name)}\n\n{end}{after}"
    return page


def _first_sentence(function: object) -> str:
    text = inspect.getdoc(function) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.projects.everything")
    django.setup()
    assert apps.ready
    REFERENCE.write_text(filled(REFERENCE.read_text("utf-8")), "utf-8")
