"""The second opinion: whether each captured row is within its scope, in plain Python and without a query.

Shares no code with the compiler. It reads the items as they are stored and the rows as they were captured, and knows
nothing of how these were found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone

FORBIDDEN = {"", "credential"}


@dataclass(frozen=True)
class Granted:
    """One granted item: whose, which field, of which class, and its window; ``timed`` whether the window is asked."""

    tag: str
    model: str
    field: str
    data_class: str
    since: datetime | None
    until: datetime | None
    timed: bool


def _moment(written: Any) -> datetime | None:
    """Read the time of a row; a plain day is its midnight on this site."""
    if written is None:
        return None
    text = str(written)
    if len(text) == 10:
        return timezone.make_aware(datetime.combine(date.fromisoformat(text), time.min))
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _inside(item: Granted, at: datetime | None) -> bool:
    if not item.timed:
        return True
    if at is None:
        return item.since is None and item.until is None
    return (item.since is None or at >= item.since) and (item.until is None or at < item.until)


def _column(name: str) -> tuple[str, str]:
    """Take the name of a column apart: the field, and the class that a part of JSON names."""
    head, _mark, data_class = name.partition(":")
    return head, data_class


def problems(rows: Iterable[Mapping[str, Any]], granted: Iterable[Granted]) -> Iterator[str]:
    """Yield a sentence for each row or field outside the scope; it names model, field and number, never a value."""
    allowed: dict[tuple[str, str, str], list[Granted]] = {}
    for item in granted:
        if item.data_class in FORBIDDEN:
            yield f"{item.model}.{item.field} has no class that may leave"
            continue
        allowed.setdefault((item.tag, item.model, item.field), []).append(item)
    for number, row in enumerate(rows, 1):
        at = _moment(row.get("at"))
        for name in row["fields"]:
            field, data_class = _column(name)
            items = allowed.get((row["tag"], row["model"], field), [])
            if data_class:
                items = [one for one in items if one.data_class == data_class]
            if not any(_inside(one, at) for one in items):
                yield f"row {number}: {row['model']}.{name} is outside the scope"
