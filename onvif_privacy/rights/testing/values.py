"""Values for a column: a canary of its own where it is personal, else the smallest that the column takes."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.registry import Field, Json
from onvif_privacy.core.registry.strategies import Generalise, Keep
from onvif_privacy.core.testing import Canaries

DIGITS = 9  # of a number that is a canary
NOON = time(12)
TEXTS = ("CharField", "TextField", "SlugField")
SEALED = {"Date": "DateField", "Integer": "BigIntegerField", "Json": "JSONField", "Binary": "BinaryField"}


def _address() -> str:
    return "2001:db8:" + ":".join(f"{secrets.randbelow(0xE000) + 0x1000:x}" for _part in range(6))


def _kind(column: models.Field[Any, Any]) -> str:
    """Return what kind of value a column takes; of a sealed one what is sealed."""
    if isinstance(column, EncryptedField):
        return next((kind for word, kind in SEALED.items() if word in type(column).__name__), "TextField")
    return column.get_internal_type()


def _is_network(declared: Field | None) -> bool:
    strategy = declared.erase if declared is not None else None
    strategy = strategy.then if isinstance(strategy, Keep) else strategy
    return isinstance(strategy, Generalise) and strategy.level == "network"


class Planter:
    """Makes canaries for the personal columns of one person; ``unproven`` names the columns too small for one."""

    def __init__(self, canaries: Canaries, owner: str, unproven: set[str]) -> None:
        self.canaries = canaries
        self.owner = owner
        self.unproven = unproven

    def canary(self, column: models.Field[Any, Any], declared: Field | Json, number: int) -> Any:
        """Return a value with a canary for a personal column; a plain one where none fits."""
        label = f"{column.model._meta.label}.{column.name}"
        name = f"{self.owner} {label} {number}"
        if isinstance(declared, Json):
            return self._json(declared, name)
        made = self._typed(column, declared, name)
        if made is None:
            self.unproven.add(label)
            return plain(column)
        return made

    def _typed(self, column: models.Field[Any, Any], declared: Field, name: str) -> Any:
        kind, new = _kind(column), self.canaries.new
        if column.choices or isinstance(column, models.ForeignKey):
            return None
        if isinstance(column, models.FileField):
            word = new(name)
            return ContentFile(f"of {word}".encode(), name=f"{word}.txt")
        if "GenericIPAddress" in kind or _is_network(declared):
            return self.canaries.add(name, _address())
        if "DateTime" in kind:
            day = date.fromisoformat(new(name, "date"))
            return timezone.make_aware(datetime.combine(day, NOON), timezone.get_default_timezone())
        if kind == "DateField":
            return date.fromisoformat(new(name, "date"))
        if kind in ("IntegerField", "BigIntegerField", "PositiveIntegerField", "PositiveBigIntegerField"):
            return int(new(name, "number"))
        if isinstance(column, models.DecimalField):
            fits = (column.max_digits or 0) - (column.decimal_places or 0) >= DIGITS
            return Decimal(new(name, "number")) if fits else None
        if kind == "JSONField":
            return {"said": new(name)}
        if kind == "BinaryField":
            return new(name).encode()
        return self._text(column, name)

    def _text(self, column: models.Field[Any, Any], name: str) -> str | None:
        known = isinstance(column, (models.CharField, models.TextField)) or type(column).__name__.startswith(
            "Encrypted"
        )
        if not known:
            return None
        email = isinstance(column, models.EmailField) or "Email" in type(column).__name__
        probe = Canaries().new("probe", "email" if email else "text")
        if column.max_length is not None and column.max_length < len(probe):
            return None
        return self.canaries.new(name, "email" if email else "text")

    def _json(self, declared: Json, name: str) -> dict[str, Any]:
        """Return an object with a canary in each declared leaf, and one that only ``rest`` speaks of."""
        value: dict[str, Any] = {}
        for path, leaf in declared.leaves.items():
            if isinstance(leaf, Field):
                word = _address() if _is_network(leaf) else ""
                leaf_name = f"{name} {path}"
                _put(value, path, self.canaries.add(leaf_name, word) if word else self.canaries.new(leaf_name))
        value["onvif_rest"] = self.canaries.new(f"{name} rest")
        return value


def _put(value: dict[str, Any], path: str, leaf: str) -> None:
    *parents, last = path.split(".")
    for step in parents:
        value = value.setdefault("any" if step == "*" else step, {})
    value["any" if last == "*" else last] = leaf


def plain(column: models.Field[Any, Any]) -> Any:
    """Return a small value that a column takes and that says nothing: its default, null, or one of its type."""
    if column.has_default():
        return column.get_default()
    if column.null:
        return None
    if column.choices:
        return column.flatchoices[0][0]
    if column.blank and column.empty_strings_allowed and not column.unique:
        return ""
    return _of_type(column)


def _of_type(column: models.Field[Any, Any]) -> Any:
    kind = _kind(column)
    token = secrets.token_hex(16)
    made: dict[str, Callable[[], Any]] = {
        "BooleanField": lambda: False,
        "DateField": lambda: timezone.localdate(),
        "DateTimeField": timezone.now,
        "TimeField": lambda: NOON,
        "DurationField": lambda: timedelta(days=1),
        "DecimalField": lambda: Decimal(0),
        "FloatField": lambda: 0.0,
        "UUIDField": uuid.uuid4,
        "JSONField": dict,
        "BinaryField": lambda: b"-",
        "GenericIPAddressField": _address,
        "FileField": lambda: "",
    }
    if kind in made:
        return made[kind]()
    if kind.endswith("IntegerField"):
        return secrets.randbelow(30_000) + 1
    return token[: column.max_length or 32]


__all__ = ["Planter", "plain"]
