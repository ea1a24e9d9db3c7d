"""How a personal field ends. Strategies ask a field what it can hold, never its exact class."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from django.core.exceptions import ValidationError
from django.db import models

from onvif_privacy.core.limits import truncate


class CannotEnd(ValueError):
    """The strategy does not fit the field; found by a check before it can happen."""


class Strategy(Protocol):
    """A way for a value to end."""

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        """Return what the field holds afterwards; raises CannotEnd."""
        ...

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        """Say why the field cannot end like this; None when it can."""
        ...


def fitted(field: models.Field[Any, Any], value: Any) -> Any:
    """Return the value as the field keeps it: type, length, choices and validators. Raises CannotEnd."""
    if field.is_relation:  # whether it would fit is known to the database only, and it would name another row
        raise CannotEnd(f"{field.name} leads to another row: it can be blank(), not another value.")
    try:
        cleaned = field.clean(value, None)
    except (ValidationError, TypeError, ValueError, OverflowError, AttributeError):
        cleaned = None
    if cleaned is None or cleaned != value:
        raise CannotEnd(f"{field.name} does not take {value!r}.")
    return cleaned


def accepts(field: models.Field[Any, Any], value: Any) -> bool:
    """Whether the field takes and keeps the value."""
    try:
        fitted(field, value)
    except CannotEnd:
        return False
    return True


def _sets_itself(field: models.Field[Any, Any]) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))


def _holds_anything(field: models.Field[Any, Any]) -> bool:
    """Whether the field cannot judge a value itself: JSON, binary data and files take whatever they are given."""
    stranger = object()
    try:
        return field.to_python(stranger) is stranger
    except (ValidationError, TypeError, ValueError, AttributeError):
        return False


_EMPTY: dict[str, Any] = {"JSONField": {}, "ArrayField": [], "BinaryField": b""}


@dataclass(frozen=True)
class Blank:
    """NULL, else the empty value of the field. Never today's date, never zero."""

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        if field.null:
            return None
        empty = self._empty(field)
        if field.unique or field.is_relation or _sets_itself(field) or empty is None:
            raise CannotEnd(f"{field.name} cannot be blank: it is not null and has no empty value of its own.")
        return empty

    @staticmethod
    def _empty(field: models.Field[Any, Any]) -> Any:
        default = field.get_default() if field.has_default() else None
        if default is not None and default in field.empty_values:
            return default
        if field.get_internal_type() in _EMPTY:
            return _EMPTY[field.get_internal_type()]
        try:
            return "" if field.empty_strings_allowed and field.to_python("") == "" else None
        except (ValidationError, TypeError, ValueError):
            return None

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        return _tried(self, field)


@dataclass(frozen=True)
class Anonymise:
    """A constant, or with ``unique`` a random token that fits the field."""

    value: Any = None
    unique: bool = False

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        if _holds_anything(field):
            raise CannotEnd(f"{field.name} takes any value, so none of it is a constant: use blank() or delete().")
        if self.unique:
            for candidate in _tokens(field):
                if accepts(field, candidate):
                    return fitted(field, candidate)
            raise CannotEnd(f"{field.name}: no random value fits this field.")
        if field.unique:
            raise CannotEnd(f"{field.name} is unique, so it needs anonymise(unique=True).")
        return fitted(field, self.value)

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        return _tried(self, field)


def _tokens(field: models.Field[Any, Any]) -> Iterator[Any]:
    """Yield random values of every shape a field may ask for."""
    token = secrets.token_hex(16)
    length = getattr(field, "max_length", None) or 32
    yield token[:length]
    yield f"{token[:12]}@erased.invalid"
    yield f"https://{token[:12]}.invalid/"
    for bits in (62, 31, 15, 13):
        if accepts(field, 2**bits - 1):
            yield secrets.randbelow(2**bits - 1) + 1
    yield uuid.uuid4()
    yield secrets.token_bytes(16)


@dataclass(frozen=True)
class Generalise:
    """Keep less: ``year`` or ``month`` of a date, ``zip:N`` the first N characters, ``network`` of an address."""

    level: str

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        if value is None or value == "":
            return value
        if self.level in ("year", "month") and isinstance(value, date):
            month = 1 if self.level == "year" else value.month
            midnight = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0} if isinstance(value, datetime) else {}
            return value.replace(month=month, day=1, **midnight)
        if self.level.startswith("zip:") and isinstance(value, str):
            return value[: int(self.level[4:])]
        if self.level == "network" and isinstance(value, str):
            return truncate(value).partition("/")[0]
        raise CannotEnd(f"{field.name} cannot be generalised to {self.level}.")

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        if reason := _not_ours(field):
            return reason
        samples = {"year": "2001-02-03", "month": "2001-02-03", "network": "192.0.2.7"}
        kind, _, digits = self.level.partition(":")
        if kind not in (*samples, "zip") or (kind == "zip" and not digits.isdigit()):
            return f"{field.name}: {self.level!r} is not year, month, network or zip:N."
        try:
            good = accepts(field, self.end(field, field.to_python(samples.get(kind, "12345"))))
        except (ValidationError, CannotEnd, TypeError, ValueError, AttributeError):
            good = False
        return None if good and not _holds_anything(field) else f"{field.name} cannot be generalised to {self.level}."


@dataclass(frozen=True)
class Delete:
    """Remove the JSON leaf, the file with its variants, or the row; ``when="empty"`` a row only if nothing stays."""

    when: Literal["always", "empty"] = "always"

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        if isinstance(field, models.FileField):
            return ""
        raise CannotEnd(f"{field.name}: delete() is for files, JSON leaves and rows; a column can be blank().")

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        return _tried(self, field)


@dataclass(frozen=True)
class Keep:
    """Stay through an erasure while ``purpose`` lives, and end as ``then`` says afterwards."""

    purpose: str
    then: Strategy

    def end(self, field: models.Field[Any, Any], value: Any) -> Any:
        return self.then.end(field, value)

    def problem(self, field: models.Field[Any, Any]) -> str | None:
        return self.then.problem(field)


def _not_ours(field: models.Field[Any, Any]) -> str | None:
    """Say why nobody but the database writes the field; None where somebody may."""
    if isinstance(field, models.GeneratedField):
        return f"{field.name} is computed by the database: it ends with what it is computed from."
    if isinstance(field, models.AutoField):
        return f"{field.name} is a number that the database gives: it can stay, or go with its row."
    return None


def of_leaf(strategy: Strategy | None) -> Strategy | None:
    """Return how a leaf of JSON ends, once whatever keeps it is over; None where it is removed."""
    while isinstance(strategy, Keep):
        strategy = strategy.then
    return None if isinstance(strategy, Delete) else strategy


def leaf_problem(strategy: Strategy | None) -> str | None:
    """Return why a leaf of JSON, which may hold any text, cannot end so; None where it can."""
    found = of_leaf(strategy)
    if isinstance(found, Anonymise):
        return "a leaf of JSON takes any value, so none of it is a constant: use blank() or delete()"
    return found.problem(models.TextField(name="a leaf of JSON")) if found else None


def _tried(strategy: Strategy, field: models.Field[Any, Any]) -> str | None:
    if reason := _not_ours(field):
        return reason
    try:
        strategy.end(field, None)
    except CannotEnd as error:
        return str(error)
    return None


def blank() -> Blank:
    """End as NULL or empty."""
    return Blank()


def anonymise(value: Any = None, *, unique: bool = False) -> Anonymise:
    """End as a constant, or as a random token where each row needs its own. Raises ValueError for both or neither."""
    if unique == (value is not None):
        raise ValueError("anonymise() takes a constant or unique=True.")
    return Anonymise(value, unique)


def generalise(level: str) -> Generalise:
    """End as something less exact: ``year``, ``month``, ``zip:N``, ``network``."""
    return Generalise(level)


def delete(*, when: Literal["always", "empty"] = "always") -> Delete:
    """End by being removed."""
    return Delete(when)


def keep(purpose: str, *, then: Strategy) -> Keep:
    """Stay through an erasure while ``purpose`` lives."""
    return Keep(purpose, then)
