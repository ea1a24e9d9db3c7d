"""One captured row as one line of JSON: the exact record, in snapshots and in packages alike."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from onvif_privacy.disclosures.services.packages.schema import TEXT_KINDS, Schema, Table
from onvif_privacy.disclosures.services.packages.values import cell, encoded, exact

PART_BYTES: Final = 8 * 1024 * 1024


class NotInSchema(ValueError):
    """A row names a model or a field that the package was not approved for."""


@dataclass(frozen=True)
class Line:
    """One row: whose (a reference or selector), of which model, which row, and its granted fields in exact form."""

    model: str
    subject: str
    key: str
    fields: Mapping[str, Any]


def line(*, model: str, subject: str, key: object, values: Mapping[str, object]) -> bytes:
    """Return a row as canonical JSON with its line end. Raises TypeError for a value that has no exact form."""
    fields = {name: exact(value) for name, value in values.items()}
    return encoded({"fields": fields, "key": str(exact(key)), "model": model, "subject": subject}) + b"\n"


def read_line(raw: bytes) -> Line:
    """Return the row that `line` wrote; raises ValueError for anything else."""
    try:
        found = json.loads(raw)
        return Line(found["model"], found["subject"], found["key"], found["fields"])
    except (KeyError, TypeError) as error:
        raise ValueError("This is no line of a package.") from error


class Part:
    """As many rows of one model as fit into a part; both of its files are made from the same lines.

    ``raw`` are the lines, `csv` the table; ``counts`` in how many rows each field was. No row is kept as such: fifty
    thousand would take fifty times what their bytes do.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.raw = bytearray()
        self.rows = 0
        self.counts: Counter[str] = Counter()
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(["subject", "key", *(column.name for column in table.columns)])

    def add(self, raw: bytes, row: Line) -> None:
        """Take one row, as its line and as read from it."""
        self.raw += raw
        self.rows += 1
        self.counts.update(row.fields.keys())
        cells = (cell(row.fields.get(one.name), is_text=one.kind in TEXT_KINDS) for one in self.table.columns)
        self._writer.writerow([cell(row.subject, is_text=True), cell(row.key, is_text=True), *cells])

    def csv(self) -> bytes:
        """Return the rows as CSV (RFC 4180) with a header."""
        return self._text.getvalue().encode("utf-8", "backslashreplace")


def _table_of(row: Line, schema: Schema) -> Table:
    table = schema.tables.get(row.model)
    if table is None:
        raise NotInSchema(f"{row.model} is not in the schema of this package.")
    if foreign := sorted(set(row.fields) - table.names):
        raise NotInSchema(f"{row.model}: {', '.join(foreign)} not in the schema of this package.")
    return table


def parts(lines: Iterable[bytes], schema: Schema, *, most_rows: int, most_bytes: int = PART_BYTES) -> Iterator[Part]:
    """Cut lines into parts of one model each; raises NotInSchema at the first row that does not belong here.

    A row larger than a part is a part of its own.
    """
    part: Part | None = None
    for raw in lines:
        row = read_line(raw)
        table = _table_of(row, schema)
        is_full = part and (part.rows >= most_rows or len(part.raw) + len(raw) > most_bytes)
        if part and (is_full or part.table is not table):
            yield part
            part = None
        part = part or Part(table)
        part.add(raw, row)
    if part:
        yield part
