"""Moving the clock over the terms of a declaration: what stands the day before a term ends, and the day after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.db.models import DateField, DateTimeField, FileField, Model
from django.utils import timezone

from onvif_privacy.core.fields import EncryptedField, Sealed
from onvif_privacy.core.registry import After, Field, PersonalData, purposes
from onvif_privacy.core.testing.spellings import Finder
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.retention.candidates import strategy_of
from onvif_privacy.rights.services.retention.ending import delete_files, end, found

AT_ONCE = 1_000


@dataclass(frozen=True)
class Term:
    """When some fields of a model end at the latest: so many days after dates that stand in the row."""

    declaration: PersonalData
    days: int
    names: tuple[str, ...]
    begins: tuple[str, ...]

    @property
    def model(self) -> type[Model]:
        """The model."""
        return holdings.model_of(self.declaration)

    def begin(self, moment: datetime) -> None:
        """Let the terms of all rows count from a moment."""
        values: dict[str, Any] = {}
        for name in self.begins:
            column = self.model._meta.get_field(name)
            values[name] = moment if isinstance(column, DateTimeField) else timezone.localdate(moment)
        self.model._base_manager.update(**values)

    def run(self, now: datetime) -> None:
        """End what is due at a moment, as the job does."""
        after, full = None, True
        while full:
            turn = found(self.declaration, after=after, size=AT_ONCE, now=now)
            delete_files(turn, now=now)
            with transaction.atomic(using=router.db_for_write(self.model)):
                end(turn, now=now)
            after, full = turn.last, turn.full

    def standing(self, words: dict[str, str]) -> set[str]:
        """Return the fields of which some row still holds a canary; of sealed ones those that hold anything."""
        finder = Finder(words)
        return {name for name in self.names if any(_holds(row, name, finder) for row in self.model._base_manager.all())}


def _holds(row: Model, name: str, finder: Finder) -> bool:
    value = row.__dict__[row._meta.get_field(name).attname]  # type: ignore[union-attr]
    if isinstance(value, Sealed):
        return True
    raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
    return bool(list(finder.look(raw)))


def _last(declaration: PersonalData, one: object) -> tuple[int, tuple[str, ...]] | None:
    """Return after how many days at the latest a field ends, and the dates that this counts from; None for no end."""
    if not isinstance(one, Field) or one.purpose_column or not one.purposes or strategy_of(one) is None:
        return None
    terms = [declaration.terms.get(slug) for slug in one.purposes if not purposes.get(slug).basis.asks]
    dates = [term for term in terms if isinstance(term, After)]
    if len(dates) < len(one.purposes):
        return None
    model = holdings.model_of(declaration)
    columns = [model._meta.get_field(term.field) for term in dates]
    if any(isinstance(column, EncryptedField) or not isinstance(column, DateField) for column in columns):
        return None
    return max(term.days for term in dates), tuple(sorted({term.field for term in dates}))


def terms_of(declarations: Iterable[PersonalData]) -> list[Term]:
    """Return the terms that can be proven, the shortest of each model first."""
    made = []
    for declaration in declarations:
        by_end: dict[int, dict[str, tuple[str, ...]]] = {}
        for name, one in declaration.fields.items():
            last = _last(declaration, one)
            if last is not None and not isinstance(holdings.model_of(declaration)._meta.get_field(name), FileField):
                by_end.setdefault(last[0], {})[name] = last[1]
        for days, names in sorted(by_end.items()):
            begins = tuple(sorted({column for columns in names.values() for column in columns}))
            made.append(Term(declaration, days, tuple(names), begins))
    return made


DAY = timedelta(days=1)

__all__ = ["DAY", "Term", "terms_of"]
