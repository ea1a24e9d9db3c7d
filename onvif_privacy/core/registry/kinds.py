"""Kinds of ledger entries and the types of their payload. There is no text type, so no contact detail can enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from onvif_privacy.core.registry.base import Registry


@dataclass(frozen=True)
class PayloadType:
    """One type a payload value may have; ``accepts`` judges the value as it is stored."""

    name: str
    accepts: Callable[[object], bool]


def _matches(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


Slug = PayloadType("Slug", _matches(r"[a-z0-9][a-z0-9_.\-]{0,99}"))
Ref = PayloadType("Ref", _matches(r"[A-Za-z0-9_\-]{1,64}"))
Digest = PayloadType("Digest", _matches(r"[0-9a-f]{64}"))
Count = PayloadType("Count", _count)
Instant = PayloadType("Instant", _matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"))
Code = PayloadType("Code", _matches(r"[A-Za-z0-9][A-Za-z0-9_.:/+\-]{0,63}"))
Flag = PayloadType("Flag", lambda value: isinstance(value, bool))


def instant(moment: datetime) -> str:
    """Write an aware moment as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class EntryKind:
    """A kind of ledger entry: its name and the type of each key; a list of one type means a list of such values.

    Every key may be left out or None; ``actor`` is a key of every kind. ``days`` is its term of evidence: None for
    ``EVIDENCE_DAYS``, ``"always"`` for what explains the rest of the ledger.
    """

    slug: str
    keys: Mapping[str, PayloadType | list[PayloadType]] = field(default_factory=dict)
    days: int | Literal["always"] | None = None

    def problem(self, payload: Mapping[str, Any]) -> str | None:
        """Say what in ``payload`` does not fit, without repeating a value; None when all does."""
        for key, value in payload.items():
            kind = Ref if key == "actor" else self.keys.get(key)
            if kind is None:
                return f"{self.slug} has no key {key!r}"
            if isinstance(kind, list):
                good = isinstance(value, list) and all(kind[0].accepts(item) for item in value)
            else:
                good = value is None or kind.accepts(value)
            if not good:
                return f"{self.slug}: {key!r} is not of its declared type"
        return None


entry_kinds: Registry[EntryKind] = Registry(EntryKind, "entry kind", lambda item: item.slug)
