"""The site's own copy of the Open Cookie Database, read from a file. It permits nothing; it proposes declarations.

Columns as the database names them; Apache-2.0, supplied by the user and not shipped.
Source: https://github.com/jkwakman/Open-Cookie-Database
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections, router

from onvif_privacy.cookies.models import KnownItem
from onvif_privacy.cookies.services.matching import Matcher, fixed

COLUMNS = {
    "ID": "identifier",
    "Platform": "platform",
    "Category": "category",
    "Cookie / Data Key name": "name",
    "Domain": "domain",
    "Description": "description",
    "Retention period": "retention",
    "Data Controller": "controller",
    "User Privacy & GDPR Rights Portals": "page",
    "Wildcard match": "wildcard",
}
NEEDED = ("identifier", "platform", "category", "name")
MOST_BYTES = 50 * 2**20
LONGEST_TEXT = 10_000
LEAST_FIXED = 3
CHUNK = 500

_PLACEHOLDER = re.compile(r"<[^<>]*>|\{[^{}]*\}|\*+")
_TIMES = re.compile(r"\s*\[x\d+\]\s*$")  # "userlang [x2]": set twice, under one name
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unreadable(Exception):
    """The file is no copy of the Open Cookie Database; nothing was changed."""


class BadRow(ValueError):
    """One row that cannot be taken over; the message says why."""


@dataclass
class Contents:
    """What a file holds: rows that can be taken over, and the others by line and reason."""

    items: list[KnownItem] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)


def read(path: Path) -> Contents:
    """Read a file of UTF-8 text, comma-separated, with the database's head line. Raises Unreadable."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns = _head(reader)
    found, seen = Contents(), set[uuid.UUID]()
    for line, row in _rows(reader, found):
        try:
            item = _item(dict(zip(columns, row, strict=True)) if len(row) == len(columns) else None)
            if item.pk in seen:
                raise BadRow("the identifier stands in an earlier line, too")
        except BadRow as error:
            found.bad.append((line, str(error)))
        else:
            seen.add(item.pk)
            found.items.append(item)
    if not found.items:
        raise Unreadable("It holds no row that can be taken over.")
    return found


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Unreadable("There is no such file.")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("It is larger than 50 MB.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise Unreadable("It is not text in UTF-8.") from error
    if "\0" in text:
        raise Unreadable("It is not text.")
    return text


def _head(reader: Iterator[list[str]]) -> list[str]:
    try:
        head = [name.strip() for name in next(reader)]
    except StopIteration:
        raise Unreadable("It is empty.") from None
    except csv.Error as error:
        raise Unreadable(f"Its first line is no CSV: {error}.") from error
    missing = [name for name in COLUMNS if head.count(name) != 1]
    if missing:
        raise Unreadable(f"Columns missing, or there more than once: {', '.join(missing)}.")
    return [COLUMNS.get(name, name) for name in head]


def _rows(reader: Iterator[list[str]], found: Contents) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its last line; what is no CSV goes to the bad rows."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise Unreadable("It ends within a quotation.") from error
            found.bad.append((reader.line_num, str(error)))  # type: ignore[attr-defined] # of the csv module's reader
            continue
        if row:
            yield reader.line_num, row  # type: ignore[attr-defined]


def _item(row: dict[str, str] | None) -> KnownItem:
    if row is None:
        raise BadRow("the number of its columns is not that of the first line")
    values = {name: row[name].strip() for name in COLUMNS.values()}
    if empty := [name for name in NEEDED if not values[name]]:
        raise BadRow(f"empty: {', '.join(empty)}")
    if any(_CONTROL.search(value) for value in values.values()):
        raise BadRow("it holds a control character")
    try:
        identifier = uuid.UUID(values.pop("identifier"))
    except ValueError:
        raise BadRow("its identifier is no UUID") from None
    wildcard = values.pop("wildcard") or "0"
    if wildcard not in ("0", "1"):
        raise BadRow("“Wildcard match” is neither 0 nor 1")
    values["name"] = pattern(values["name"], wildcard=wildcard == "1")
    for name, value in values.items():
        longest = KnownItem._meta.get_field(name).max_length or LONGEST_TEXT  # type: ignore[union-attr] # no relation
        if len(value) > longest:
            raise BadRow(f"{name} is longer than {longest} characters")
    return KnownItem(identifier=identifier, **values)


def pattern(name: str, *, wildcard: bool) -> str:
    """Return the pattern of a name in the list: its placeholders, and the end of a wildcard, become ``*``."""
    found = _PLACEHOLDER.sub("*", _TIMES.sub("", name))
    return f"{found}*" if wildcard and "*" not in found else found


def store(items: list[KnownItem], progress: Callable[[int], object] = lambda number: None) -> int:
    """Write the rows, over those of the same identifier; returns how many are new. In the caller's transaction."""
    using = router.db_for_write(KnownItem)
    before = KnownItem.objects.using(using).count()
    targeted = connections[using].features.supports_update_conflicts_with_target
    for start in range(0, len(items), CHUNK):
        part = items[start : start + CHUNK]
        KnownItem.objects.using(using).bulk_create(
            part,
            update_conflicts=True,
            update_fields=[one.name for one in KnownItem._meta.local_concrete_fields if not one.primary_key],
            unique_fields=["identifier"] if targeted else None,
        )
        progress(len(part))
    return KnownItem.objects.using(using).count() - before


def matcher(items: Iterable[KnownItem] | None = None) -> Matcher[KnownItem]:
    """Return what finds the row that a cookie's name fits best; one query. Too general wildcards are left out."""
    rows = KnownItem.objects.all() if items is None else items
    return Matcher({one.name: one for one in rows if "*" not in one.name or fixed(one.name) >= LEAST_FIXED})
