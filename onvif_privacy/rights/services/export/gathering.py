"""Reading everything about a person once, row by row, as it will be handed out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import router
from django.db.models import FileField, Model

from onvif_privacy.core import gate
from onvif_privacy.core.registry import Field, PersonalData
from onvif_privacy.rights.models import Request, Review
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings import Column, Person, Status

Reviews = dict[tuple[str, str, str], Review]
MODEL, ROW, FILE = b"M", b"R", b"F"  # how a line begins: of what model the next rows are, a row, a file of the row


@dataclass
class Gathered:
    """What was counted on the way: rows by model, files, and what was left out, by model, field and reason."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    left_out: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def leave(self, model: str, name: str, reason: str) -> dict[str, str]:
        """Count a value that is not handed out, and return what stands in its place."""
        self.left_out[model, name, reason] = self.left_out.get((model, name, reason), 0) + 1
        return {"left_out": reason}


def file_path(row: Model, name: str, stored: str) -> str:
    """Return where a file lies in the archive: no name of the site's disk, nothing that leaves the folder."""
    last = re.sub(r"[^\w.\-]+", "_", stored.rpartition("/")[2]).lstrip(".")[-80:] or "file"
    key = re.sub(r"[^\w\-]+", "_", str(row.pk))[:64]
    return f"files/{row._meta.label_lower}/{key}/{name}-{last}"


def reviews_of(request: Request | None) -> Reviews:
    """Return what staff decided about words of others, by model, row and field."""
    if request is None:
        return {}
    rows = Review.objects.using(router.db_for_write(Review)).filter(request=request)
    return {(one.model, one.row, one.field): one for one in rows}


def _reviewed(name: str, row: Model, review: Review | None, model: str, found: Gathered) -> Any:
    if review is None or review.outcome == Review.Outcome.WAITING:
        if _empty(row, name):
            return None
        return found.leave(model, name, str(Status.REVIEW))
    if review.outcome == Review.Outcome.RELEASED:
        return holdings.plain(getattr(row, name))
    if review.outcome == Review.Outcome.REDACTED and isinstance(review.words, str):
        found.leave(model, name, review.reason)
        return review.words
    return found.leave(model, name, review.reason)


def _empty(row: Model, name: str) -> bool:
    value = getattr(row, name)
    return value is None or (isinstance(value, str) and not value)


def _hidden_key(declaration: PersonalData) -> bool:
    """Whether the primary key itself is withheld: with the key of a session anybody is its person."""
    key = declaration.fields.get(str(getattr(holdings.model_of(declaration)._meta.pk, "name", "")))
    return isinstance(key, Field) and key.export is not True


_encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _of_one_kind(
    scope: gate.Scope,
    declaration: PersonalData,
    rows: Sequence[Model],
    roles: frozenset[str],
    reviews: Reviews,
    to: Gathered,
) -> Iterator[tuple[Any, list[bytes]]]:
    """Yield key and lines of each row; in all of them the person has the same roles."""
    model, columns, hidden, named = (
        declaration.model,
        holdings.columns(declaration, roles),
        _hidden_key(declaration),
        sorted(roles),
    )
    # of all other columns the values stand as they were read
    special = [one for one in columns if _is_special(one)]
    for row, values in zip(rows, holdings.values(scope, rows, columns), strict=True):
        files = list[bytes]()
        for one in special:
            value = values[one.name]
            if value is Status.REVIEW:
                review = reviews.get((model, str(row.pk), one.name))
                values[one.name] = _reviewed(one.name, row, review, model, to)
            elif isinstance(value, Status):
                values[one.name] = to.leave(model, one.name, str(value))
            elif value and isinstance(one.column, FileField):
                place = file_path(row, one.name, str(value))
                files.append(FILE + _encode([model, place, one.name, str(value)]).encode())
                values[one.name] = {"file": place}
        to.files += len(files)
        line = _encode({"id": None if hidden else holdings.plain(row.pk), "roles": named, "values": values})
        yield row.pk, [ROW + line.encode(), *files]


def _is_special(one: Column) -> bool:
    """Whether a value of a column may be left out, wait for staff, or be a file."""
    return not one.is_read or one.is_sealed or one.keep is not None or isinstance(one.column, FileField)


def _of_batch(
    scope: gate.Scope, declaration: PersonalData, who: Person, rows: list[Model], reviews: Reviews, to: Gathered
) -> Iterator[bytes]:
    """Yield the lines of a batch, in order of the primary key."""
    scope.claim(rows)
    kinds = holdings.alike(declaration, who, rows)
    made = [_of_one_kind(scope, declaration, some, roles, reviews, to) for roles, some in kinds]
    if len(made) == 1:
        for _key, lines in made[0]:
            yield from lines
    else:
        by_key = {key: lines for one in made for key, lines in one}
        for row in rows:
            yield from by_key[row.pk]
    scope.disclaim(rows)


def lines(scope: gate.Scope, who: Person, request: Request | None, found: Gathered) -> Iterator[bytes]:
    """Yield the lines of all rows, model by model, in order of the primary key; 2,000 rows at a time in memory.

    A row is what stands for it in ``export.json``, so that it is written once and copied.
    """
    reviews = reviews_of(request)
    for declaration in holdings.declared():
        for batch in holdings.batches(declaration, who):
            if declaration.model not in found.rows:
                yield MODEL + declaration.model.encode()
            found.rows[declaration.model] = found.rows.get(declaration.model, 0) + len(batch)
            yield from _of_batch(scope, declaration, who, batch, reviews, found)


def reviewed_fields(declaration: PersonalData) -> list[str]:
    """Return the fields of a model that hold words of others."""
    return [name for name, one in declaration.fields.items() if isinstance(one, Field) and one.export == "review"]


__all__ = ["FILE", "MODEL", "ROW", "Gathered", "file_path", "lines", "reviewed_fields", "reviews_of"]
