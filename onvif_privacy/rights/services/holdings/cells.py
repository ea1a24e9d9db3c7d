"""What one row says of a person: their own fields in plain types, those of others replaced, nothing left unsaid."""

from __future__ import annotations

import base64
import copy
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import FileField, ForeignKey, ManyToManyField, Model
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.duration import duration_iso_string

from onvif_privacy.core.fields import IndexColumn, RowKeyField, Sealed
from onvif_privacy.core.personal import leaves
from onvif_privacy.core.registry import Field, Json, PersonalData
from onvif_privacy.rights.services.holdings.rows import belongs

SAFE_INTEGER = 2**53  # what every reader of JSON keeps exact


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


def plain(value: Any) -> Any:
    """Return a value in types that JSON keeps: never ``str(object)``.

    Decimals, integers from 2⁵³ on and floats that are no numbers become text, times ISO 8601 with offset, bytes base64.
    Raises TypeError for what has no such form, because a guess would be no export.
    """
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value  # a lazy text or a choice becomes its words
    if isinstance(value, int):
        return int(value) if abs(value) < SAFE_INTEGER else str(int(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, datetime):
        return (value if timezone.is_aware(value) else timezone.make_aware(value)).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return _of_the_site(value)


def _of_the_site(value: Any) -> Any:
    if isinstance(value, FieldFile):
        return value.name or None
    for name in ("ip_address", "IPv4Address", "IPv6Address"):
        if type(value).__name__ == name:
            return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper") and hasattr(value, "bounds"):  # ranges of PostgreSQL
        return {"lower": plain(value.lower), "upper": plain(value.upper), "bounds": value.bounds}
    raise TypeError(f"{type(value).__name__} has no form in an export; a field of the site needs value_to_string().")


def _raw(row: Model, name: str) -> Any:
    column = row._meta.get_field(name)
    if isinstance(column, ManyToManyField):
        return [one.pk for one in getattr(row, name).all()]
    if isinstance(column, ForeignKey):
        return getattr(row, column.attname)
    return getattr(row, name)


def _form(row: Model, name: str, value: Any) -> Any:
    """Return the plain form of a field's value; a type of the site by its own ``value_to_string``.

    A relation is a number, unless the model says in words what it stands for (``get_<field>_display``).
    """
    if isinstance(row._meta.get_field(name), ForeignKey) and hasattr(row, f"get_{name}_display"):
        return str(_spoken(row, name, value))
    try:
        return plain(value)
    except TypeError:
        return row._meta.get_field(name).value_to_string(row)  # type: ignore[union-attr]


def _label(row: Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def _status(declaration: PersonalData, field: Field, roles: set[str]) -> Status:
    if not belongs(declaration, field, roles):
        return Status.OTHER
    if field.export is False or field.data_class == "credential":
        return Status.WITHHELD
    return Status.REVIEW if field.export == "review" else Status.SHOWN


def _json(declaration: PersonalData, declared: Json, value: Any, roles: set[str]) -> Any:
    """Return a JSON value with the leaves of others, and those that are not handed out, replaced by the reason."""
    value = copy.deepcopy(value)
    for place, _leaf, field in list(leaves(declared, value)):
        status = _status(declaration, field, roles)
        if status is not Status.SHOWN:
            target = value
            for step in place[:-1]:
                target = target[step]
            target[place[-1]] = {"left_out": status.value}
    return plain(value)


def _cell(declaration: PersonalData, row: Model, name: str, declared: Field | Json, roles: set[str]) -> Cell:
    label = _label(row, name)
    if isinstance(declared, Json):
        value = getattr(row, name)
        if isinstance(value, Sealed):
            return Cell(name, label, Status.SEALED, None, declared.rest)
        if not isinstance(value, (dict, list)):  # no leaf to speak of: all of it is the rest
            status = _status(declaration, declared.rest, roles)
            return Cell(name, label, status, plain(value) if status is Status.SHOWN else None, declared.rest)
        return Cell(name, label, Status.SHOWN, _json(declaration, declared, value, roles), declared.rest)
    status = _status(declaration, declared, roles)
    if status is not Status.SHOWN:
        return Cell(name, label, status, None, declared)
    value = _raw(row, name)  # once: each look at a sealed field opens it
    if isinstance(value, Sealed):
        return Cell(name, label, Status.SEALED, None, declared)
    return Cell(name, label, status, _form(row, name, value), declared, _spoken(row, name, value))


def _spoken(row: Model, name: str, value: Any) -> Any:
    """Return what a page shows: the words of a choice, else the value as Python has it."""
    display = getattr(row, f"get_{name}_display", None)
    return display() if display else value


def _context(row: Model, name: str) -> Cell:
    value = _raw(row, name)
    return Cell(name, _label(row, name), Status.CONTEXT, _form(row, name, value), None, _spoken(row, name, value))


def _roots(declaration: PersonalData) -> dict[str, str]:
    """Return the columns of the row that lead to people, with the role each leads to."""
    return {
        path.partition("__")[0]: role
        for role, path in declaration.subjects.items()
        if isinstance(path, str) and path != "self"
    }


def cells(declaration: PersonalData, row: Model, roles: set[str]) -> list[Cell]:
    """Return every field of a row as its person may see it, in the order of the model.

    Needs the gate open for the person's own access, and the row claimed in it.
    """
    found, roots = [], _roots(declaration)
    for column in (*row._meta.concrete_fields, *row._meta.many_to_many):
        name = column.name
        if isinstance(column, (IndexColumn, RowKeyField)):
            continue
        if name in declaration.fields:
            found.append(_cell(declaration, row, name, declaration.fields[name], roles))
        elif name in roots and "__" not in _path(declaration, roots[name]) and roots[name] not in roles:
            found.append(Cell(name, _label(row, name), Status.OTHER))
        elif name in roots:
            found.append(_context(row, name))
        elif isinstance(column, FileField) or name not in declaration.not_personal:
            continue  # undeclared, or a file that says nothing of anybody
        else:
            found.append(_context(row, name))
    return found


def _path(declaration: PersonalData, role: str) -> str:
    path = declaration.subjects[role]
    return path if isinstance(path, str) else ""
