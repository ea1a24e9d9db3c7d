"""Which version is in force at a moment, derived from the rows of effect and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from onvif_privacy.statement.models import Effect, Version


@dataclass(frozen=True)
class Step:
    """From ``at`` on (aware UTC) ``version`` is in force, until the next step."""

    version: Version
    at: datetime


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
        steps.append(Step(step.version, at))
    return steps


def in_force(steps: Sequence[Step], moment: datetime) -> Step | None:
    """Return the step that holds at ``moment``; None before the first one."""
    return next((step for step in reversed(steps) if step.at <= moment), None)


def following(steps: Sequence[Step], moment: datetime) -> Step | None:
    """Return the next step after ``moment``; None if nothing is planned."""
    return next((step for step in steps if step.at > moment), None)
