"""Which version is in force at a moment, derived from the rows of effect and the notices of material changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.utils import timezone

from onvif_privacy.statement.models import Change, Effect, Version


@dataclass(frozen=True)
class Step:
    """From ``at`` on (aware UTC) ``version`` is in force, until the next step.

    A step that is ``held`` is announced and does not happen: its notice is not complete, or was too late for ``at``.
    """

    version: Version
    at: datetime
    held: bool = False
    waits: bool = False  # itself held, or behind one that is

    @property
    def is_undated(self) -> bool:
        """Whether the day that was announced went by without it, so that nobody knows a day just now."""
        return self.waits and self.at <= timezone.now()


def _held(version: Version, at: datetime) -> bool:
    """Whether a material version lacks the notice that was promised; the answer for a past moment never changes."""
    if version.change != Change.MATERIAL:
        return False
    notice = getattr(version, "notice", None)
    if notice is None or not notice.days:
        return notice is None
    return notice.completed_at is None or notice.completed_at + timedelta(days=notice.days) > at


def timeline(effects: Iterable[Effect]) -> list[Step]:
    """Return the steps of one document, oldest first; ``effects`` come in the order in which they were recorded.

    The effect recorded last counts for its version. No version overtakes an earlier one: if version 2 was postponed
    beyond the planned day of version 3, then 3 waits as well, since its text contains what 2 changed.
    """
    planned: dict[int, Step] = {}
    for effect in effects:
        planned[effect.version.number] = Step(effect.version, effect.effective_at)
    steps: list[Step] = []
    for number in sorted(planned):
        step = planned[number]
        at = max(step.at, steps[-1].at) if steps else step.at
        held = _held(step.version, at)
        steps.append(Step(step.version, at, held, held or bool(steps and steps[-1].waits)))
    return steps


def in_force(steps: Sequence[Step], moment: datetime) -> Step | None:
    """Return the step that holds at ``moment``; None before the first one. What is held holds back what follows."""
    past = list(takewhile(lambda step: step.at <= moment and not step.held, steps))
    return past[-1] if past else None


def following(steps: Sequence[Step], moment: datetime) -> Step | None:
    """Return the next step after ``moment``; None if nothing is planned."""
    return next((step for step in steps if step.at > moment), None)
