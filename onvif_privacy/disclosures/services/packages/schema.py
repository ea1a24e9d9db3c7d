"""Which fields of which models a package holds, of what kind they are, and for which window they were granted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from onvif_privacy.disclosures.services.packages.values import instant

KINDS: Final = ("text", "integer", "number", "decimal", "boolean", "date", "time", "datetime", "binary", "json")
TEXT_KINDS: Final = ("text", "json")


@dataclass(frozen=True)
class Column:
    """One field: its name, its data class, its kind (of `KINDS`) and its window, half open, in UTC.

    Without a window it is the state at the moment of capture.
    """

    name: str
    data_class: str
    kind: str = "text"
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"A column is of no kind {self.kind!r}.")

    @property
    def described(self) -> dict[str, str]:
        """The column as ``schema.json`` says it."""
        found = {"class": self.data_class, "type": self.kind}
        if self.since is None and self.until is None:
            return {**found, "state": "current"}
        bounds = {"from": self.since, "to": self.until}
        return {**found, **{name: instant(bound) for name, bound in bounds.items() if bound}}


@dataclass(frozen=True)
class Table:
    """The granted fields of one model (``app.Model``)."""

    label: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(column.name for column in self.columns)

    @property
    def folder(self) -> str:
        """Name of its folder; a label too long for the header of a tar is cut and told apart by its digest."""
        if len(self.label) <= 80:
            return self.label
        return f"{self.label[:60]}-{hashlib.sha256(self.label.encode()).hexdigest()[:12]}"


class Schema:
    """All tables of a package, by label. Raises ValueError for a label that stands twice."""

    def __init__(self, *tables: Table) -> None:
        self.tables = {table.label: table for table in tables}
        if len(self.tables) < len(tables):
            raise ValueError("A model stands in the schema twice.")

    @property
    def described(self) -> Mapping[str, Any]:
        """The content of ``schema.json``."""
        return {
            "format": 1,
            "exact_record": "data/records: JSON Lines (UTF-8). Decimals and durations (seconds) are text, moments "
            "RFC 3339 in UTC, bytes base64.",
            "for_reading": "data/tables: the same rows as CSV (RFC 4180, UTF-8, CRLF). In columns of type text and "
            "json a cell that starts with = + - @, TAB, CR, LF or a full-width form of these has an apostrophe before "
            "it. An empty cell stands for no value and for empty text alike.",
            "models": {
                table.label: {"folder": table.folder, "fields": {one.name: one.described for one in table.columns}}
                for table in self.tables.values()
            },
        }
