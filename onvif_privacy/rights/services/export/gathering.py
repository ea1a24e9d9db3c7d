"""Reading everything about a person once, row by row, as it will be handed out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import router
from django.db.models import FileField, Model

from onvif_privacy.core import gate
from onvif_privacy.core.registry import Field, PersonalData
from onvif_privacy.rights.models import Request, Review
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings import Cell, Person, Status

Reviews = dict[tuple[str, str, str], Review]


@dataclass
class Gathered:
    """What was counted on the way: rows by model, and what was left out, by model, field and reason."""

    rows: dict[str, int] = field(default_factory=dict)
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


def _reviewed(cell: Cell, row: Model, review: Review | None, model: str, found: Gathered) -> Any:
    if review is None or review.outcome == Review.Outcome.WAITING:
        if _empty(row, cell.name):
            return None
        return found.leave(model, cell.name, str(Status.REVIEW))
    if review.outcome == Review.Outcome.RELEASED:
        return holdings.plain(getattr(row, cell.name))
    if review.outcome == Review.Outcome.REDACTED and isinstance(review.words, str):
        found.leave(model, cell.name, review.reason)
        return review.words
    return found.leave(model, cell.name, review.reason)


def _empty(row: Model, name: str) -> bool:
    value = getattr(row, name)
    return value is None or (isinstance(value, str) and not value)


def _hidden_key(declaration: PersonalData, row: Model) -> bool:
    """Whether the primary key itself is withheld: with the key of a session anybody is its person."""
    key = declaration.fields.get(str(getattr(row._meta.pk, "name", "")))
    return isinstance(key, Field) and key.export is not True


def _line(declaration: PersonalData, row: Model, roles: set[str], reviews: Reviews, found: Gathered) -> dict[str, Any]:
    model, values, files = declaration.model, dict[str, Any](), list[list[str]]()
    for cell in holdings.cells(declaration, row, roles):
        if cell.status is Status.REVIEW:
            review = reviews.get((model, str(row.pk), cell.name))
            values[cell.name] = _reviewed(cell, row, review, model, found)
        elif cell.status not in (Status.SHOWN, Status.CONTEXT):
            values[cell.name] = found.leave(model, cell.name, str(cell.status))
        elif cell.value and isinstance(row._meta.get_field(cell.name), FileField):
            place = file_path(row, cell.name, str(cell.value))
            files.append([place, cell.name, str(cell.value)])
            values[cell.name] = {"file": place}
        else:
            values[cell.name] = cell.value
    found.rows[model] = found.rows.get(model, 0) + 1
    key = None if _hidden_key(declaration, row) else holdings.plain(row.pk)
    return {"model": model, "id": key, "roles": sorted(roles), "values": values, "files": files}


def lines(scope: gate.Scope, who: Person, request: Request | None, found: Gathered) -> Iterator[dict[str, Any]]:
    """Yield a line for each row, model by model, in order of the primary key; 2,000 rows at a time in memory."""
    reviews = reviews_of(request)
    for declaration in holdings.declared():
        for batch in holdings.batches(declaration, who):
            scope.claim(batch)
            roles = holdings.roles_of(declaration, who, batch)
            for row in batch:
                yield _line(declaration, row, roles[row.pk], reviews, found)
            scope.disclaim(batch)


def reviewed_fields(declaration: PersonalData) -> list[str]:
    """Return the fields of a model that hold words of others."""
    return [name for name, one in declaration.fields.items() if isinstance(one, Field) and one.export == "review"]


__all__ = ["Gathered", "file_path", "lines", "reviewed_fields", "reviews_of"]
