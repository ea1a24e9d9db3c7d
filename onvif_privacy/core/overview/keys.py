"""The state of the keys: which there are, how old, and what still needs them. Never a secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import router
from django.db.models import Count, Max
from django.utils import timezone

from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs.rewrapping import named
from onvif_privacy.core.keys import KeyRingError, ring
from onvif_privacy.core.models import LabelKey, SubjectKey

TOO_MANY = 2**31  # half of what NIST SP 800-38D, 8.3, allows with random nonces


@dataclass(frozen=True)
class KeyLine:
    """One key of the ring. ``state`` is active, older (opens what it sealed), retired (public part only) or missing."""

    id: str
    use: str
    state: str
    made: date | None
    days: int | None
    count: int

    @property
    def is_over_age(self) -> bool:
        """Whether an active key should be replaced by a new one."""
        return self.state == "active" and self.days is not None and self.days > conf.KEYS_MAX_AGE_DAYS

    @property
    def is_over_used(self) -> bool:
        """Whether it has sealed more than half of what is safe."""
        return self.count >= TOO_MANY


class People(NamedTuple):
    """Keys of people and records for one use: how many live, and how many were destroyed."""

    use: str
    living: int
    destroyed: int


class Label(NamedTuple):
    """A secret with a name: its newest generation and how many there are."""

    label: str
    generation: int
    kept: int


@dataclass(frozen=True)
class KeyOverview:
    """Everything the page shows; ``error`` says what is wrong with the ring, whose lines are then missing."""

    ring: tuple[KeyLine, ...]
    people: tuple[People, ...]
    labels: tuple[Label, ...]
    error: str = ""

    @property
    def left(self) -> int:
        """How many keys and values name a key that is no longer active."""
        return sum(line.count for line in self.ring if line.state in ("older", "missing"))


def _lines() -> Iterable[KeyLine]:
    counts, today = named(), timezone.localdate()
    active = {ring().active(use).id for use in ("data", "sign")}
    for key in ring().keys:
        state = "active" if key.id in active else "retired" if key.secret is None else "older"
        days = (today - key.made).days if key.made else None
        yield KeyLine(key.id, key.use, state, key.made, days, counts.pop(key.id, 0))
    for key_id, number in sorted(counts.items()):
        yield KeyLine(key_id, "data", "missing", None, None, number)


def _people() -> tuple[People, ...]:
    rows = SubjectKey.objects.using(router.db_for_read(SubjectKey)).order_by().values_list("use")
    counted = rows.annotate(living=Count("wrapped"), every=Count("pk")).order_by("use")
    return tuple(People(use, living, every - living) for use, living, every in counted)


def _labels() -> tuple[Label, ...]:
    rows = LabelKey.objects.using(router.db_for_read(LabelKey)).order_by().values_list("label")
    return tuple(Label(*one) for one in rows.annotate(Max("generation"), Count("pk")).order_by("label"))


def held_keys() -> KeyOverview:
    """Return the state of all keys. The number of queries depends on fields and keys, never on rows."""
    try:
        lines, error = tuple(_lines()), ""
    except KeyRingError as problem:
        lines, error = (), str(problem)
    return KeyOverview(lines, _people(), _labels(), error)
