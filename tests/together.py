"""Let each first migration make its models at once: ``python -m tests.together`` after `makemigrations`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

from onvif_privacy.core.together import CreateModels


def at_once(operations: Sequence[Operation]) -> list[Operation]:
    """Return the same operations, with every field, constraint and index in the making of its model.

    Two models may refer to each other: all are known before the first is made, and databases get their keys at the end.
    """
    made: dict[str, CreateModel] = {}
    rest: list[Operation] = []
    for one in operations:
        if isinstance(one, CreateModels):
            made |= {each.name.lower(): each for each in one.operations}
        elif isinstance(one, CreateModel):
            made[one.name.lower()] = one
        elif isinstance(one, AddField):
            made[one.model_name_lower].fields.append((one.name, one.field))
        elif isinstance(one, AddConstraint | AddIndex):
            kind, what = ("constraints", one.constraint) if isinstance(one, AddConstraint) else ("indexes", one.index)
            options: dict[str, Any] = made[one.model_name_lower].options
            options[kind] = [*options.get(kind, []), what]
        else:
            rest.append(one)
    return [CreateModels(list(made.values())), *rest]


def main() -> None:
    """Rewrite those of every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.projects.everything")
    django.setup()
    from django.db.migrations.loader import MigrationLoader

    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        if label.startswith("onvif_privacy") and name == "0001_initial":
            migration.operations = at_once(migration.operations)  # type: ignore[misc] # of the instance
            writer = MigrationWriter(migration, include_header=False)
            Path(writer.path).write_text(writer.as_string(), "utf-8")


if __name__ == "__main__":
    main()
