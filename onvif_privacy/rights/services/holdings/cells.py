"""What one row says of a person: their own fields in plain types, those of others replaced, nothing left unsaid."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.db.models import FileField, ForeignKey, ManyToManyField, Model

from onvif_privacy.core import gate
from onvif_privacy.core.fields import EncryptedField, IndexColumn, RowKeyField, Sealed
from onvif_privacy.core.personal import leaves
from onvif_privacy.core.registry import Field, Json, PersonalData
from onvif_privacy.rights.services.holdings.plain import ALREADY, plain
from onvif_privacy.rights.services.holdings.rows import belongs, model_of


class Status(StrEnum):
    """How much of a field is shown."""

    SHOWN = "shown"
    CONTEXT = "context"  # not personal, but part of the row
    OTHER = "another person"
    REVIEW = "under review"
    WITHHELD = "left out"
    SEALED = "cannot be opened"


@dataclass(frozen=True)
class Cell:
    """One field of one row. ``value`` is plain (see `plain`) and None unless it is shown; ``raw`` is for people."""

    name: str
    label: str
    status: Status
    value: Any = None
    field: Field | None = None
    raw: Any = None

    def __repr__(self) -> str:
        return f"<Cell {self.name} {self.status}>"


@dataclass(frozen=True)
class Column:
    """What is known of a field before any row is: the same in all rows in which a person has the same roles.

    ``keep`` replaces the leaves of others in a JSON value; ``rest`` is the status of one that has no leaves.
    """

    name: str
    label: str
    status: Status
    column: Any
    declared: Field | Json | None = None
    keep: Callable[[Any], Any] | None = None
    rest: Status = Status.SHOWN

    @property
    def field(self) -> Field | None:
        """How the field is declared; a JSON field by its rest."""
        return self.declared.rest if isinstance(self.declared, Json) else self.declared

    @property
    def is_read(self) -> bool:
        """Whether its values are handed out."""
        return self.status in (Status.SHOWN, Status.CONTEXT)

    @property
    def is_sealed(self) -> bool:
        """Whether its values are encrypted."""
        return isinstance(self.column, EncryptedField)

    @property
    def speaks(self) -> bool:
        """Whether the model says in words what a value stands for (``get_<field>_display``)."""
        return hasattr(self.column.model, f"get_{self.name}_display")

    def raw(self, row: Model) -> Any:
        """Return the value as Python has it: of a relation the keys."""
        if isinstance(self.column, ManyToManyField):
            return [one.pk for one in getattr(row, self.name).all()]
        return getattr(row, self.column.attname)

    def raws(self, rows: Sequence[Model]) -> list[Any]:
        """Return what `raw` returns, of many rows."""
        if isinstance(self.column, ManyToManyField):
            return [self.raw(row) for row in rows]
        return list(map(attrgetter(self.column.attname), rows))

    def spoken(self, row: Model, raw: Any) -> Any:
        """Return what a page shows: the words of a choice, else the value as Python has it."""
        return getattr(row, f"get_{self.name}_display")() if self.speaks else raw

    def value(self, row: Model, raw: Any) -> Any:
        """Return the plain form of a value, or the status that stands in its place.

        A type of the site by its own ``value_to_string``. A relation is a number, unless the model says in words what
        it stands for.
        """
        if isinstance(raw, Sealed):
            return Status.SEALED
        if self.keep is not None:
            return self.keep(raw) if isinstance(raw, (dict, list)) or self.rest is Status.SHOWN else self.rest
        if isinstance(self.column, ForeignKey) and self.speaks:
            return str(self.spoken(row, raw))
        try:
            return plain(raw)
        except TypeError:
            return self.column.value_to_string(row)


def _status(declaration: PersonalData, field: Field, roles: Collection[str]) -> Status:
    if not belongs(declaration, field, roles):
        return Status.OTHER
    if field.export is False or field.data_class == "credential":
        return Status.WITHHELD
    return Status.REVIEW if field.export == "review" else Status.SHOWN


def _keeper(declaration: PersonalData, declared: Json, roles: Collection[str]) -> Callable[[Any], Any]:
    """Return what replaces, in a JSON value, the leaves of others and those that are not handed out by the reason."""

    def kept(value: Any) -> Any:
        value = copy.deepcopy(value)
        for place, _leaf, field in list(leaves(declared, value)):
            status = _status(declaration, field, roles)
            if status is not Status.SHOWN:
                target = value
                for step in place[:-1]:
                    target = target[step]
                target[place[-1]] = {"left_out": status.value}
        return plain(value)

    return kept


def _roots(declaration: PersonalData) -> dict[str, tuple[str, str]]:
    """Return the columns of the row that lead to people, with the role each leads to and the whole path."""
    return {
        path.partition("__")[0]: (role, path)
        for role, path in declaration.subjects.items()
        if isinstance(path, str) and path != "self"
    }


def columns(declaration: PersonalData, roles: Collection[str]) -> list[Column]:
    """Return the fields that somebody in these roles may see of a row, in the order of the model."""
    found, roots, model = list[Column](), _roots(declaration), model_of(declaration)
    for column in (*model._meta.concrete_fields, *model._meta.many_to_many):
        name, label = column.name, str(getattr(column, "verbose_name", column.name))
        if isinstance(column, (IndexColumn, RowKeyField)):
            continue
        declared = declaration.fields.get(name)
        if isinstance(declared, Json):
            keep = _keeper(declaration, declared, roles)
            rest = _status(declaration, declared.rest, roles)
            found.append(Column(name, label, Status.SHOWN, column, declared, keep, rest))
        elif declared is not None:
            found.append(Column(name, label, _status(declaration, declared, roles), column, declared))
        elif name in roots:
            role, path = roots[name]
            others = "__" not in path and role not in roles
            found.append(Column(name, label, Status.OTHER if others else Status.CONTEXT, column))
        elif isinstance(column, FileField) or name not in declaration.not_personal:
            continue  # undeclared, or a file that says nothing of anybody
        else:
            found.append(Column(name, label, Status.CONTEXT, column))
    return found


def _cell(row: Model, one: Column) -> Cell:
    if not one.is_read:
        return Cell(one.name, one.label, one.status, None, one.field)
    raw = one.raw(row)  # once: each look at a sealed field opens it
    value = one.value(row, raw)
    if isinstance(value, Status):
        return Cell(one.name, one.label, value, None, one.field)
    return Cell(one.name, one.label, one.status, value, one.field, one.spoken(row, raw))


def cells(declaration: PersonalData, row: Model, roles: Collection[str]) -> list[Cell]:
    """Return every field of a row as its person may see it, in the order of the model.

    Needs the gate open for the person's own access, and the row claimed in it.
    """
    return [_cell(row, one) for one in columns(declaration, roles)]


def values(scope: gate.Scope, rows: Sequence[Model], found: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the plain values of many rows by field, in the order of the model; what is not handed out by its status.

    For rows in which the person has the same roles, those of ``found``. Needs them claimed in the scope.
    """
    made: list[dict[str, Any]] = [{} for _row in rows]
    for one in found:
        name, simple = one.name, one.keep is None and not (isinstance(one.column, ForeignKey) and one.speaks)
        if not one.is_read:
            for into in made:
                into[name] = one.status
            continue
        raws = scope.values(rows, name) if one.is_sealed else one.raws(rows)
        for row, raw, into in zip(rows, raws, made, strict=True):
            into[name] = raw if simple and type(raw) in ALREADY else one.value(row, raw)
    return made
