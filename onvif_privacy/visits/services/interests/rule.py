"""The one rule: how a score fades, and from where on somebody is interested. Pure."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from onvif_privacy.visits.conf import conf

DAY_SECONDS = 86_400
# A score has to be this many times the person's mean: who reads a bit of everything is interested in nothing.
ABOVE_MEAN = 1.5


def half_life() -> float:
    """Return the seconds in which a score halves."""
    return float(conf.INTERESTS_HALF_LIFE_DAYS * DAY_SECONDS)


def faded(score: float, seconds: float, half: float) -> float:
    """Return what is left of a score after ``seconds``; a clock that went back adds nothing."""
    return score * math.exp2(-max(seconds, 0.0) / half)


@dataclass(frozen=True)
class Profile:
    """What is known of one visitor now: score by area (short name), and what they said themselves of single areas.

    ``areas`` are all areas that the site declares: those without a score count as zero in the mean.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, bool] = field(default_factory=dict)
    areas: Collection[str] = ()

    @property
    def mean(self) -> float:
        """The mean score of all areas; 0 where there is none."""
        number = len({*self.areas, *self.scores})
        return sum(self.scores.values()) / number if number else 0.0

    def interested(self, area: str) -> bool:
        """Whether the person is interested: by their own word, else by threshold and mean."""
        if area in self.own:
            return self.own[area]
        score = self.scores.get(area, 0.0)
        return score >= conf.INTERESTS_THRESHOLD and score >= ABOVE_MEAN * self.mean

    @property
    def interests(self) -> tuple[str, ...]:
        """The areas that the person is interested in, the highest score first."""
        found = filter(self.interested, {*self.scores, *self.own})
        return tuple(sorted(found, key=lambda area: (-self.scores.get(area, 0.0), area)))


STRANGER = Profile()


def profile(
    rows: Collection[tuple[str, float, int, bool | None]], areas: Collection[str], now: float | None = None
) -> Profile:
    """Return the profile of stored rows (area, score, second of the score, own word) as it is now."""
    now, half = time.time() if now is None else now, half_life()
    return Profile(
        {area: faded(score, now - as_of, half) for area, score, as_of, own in rows if own is not False},
        {area: own for area, _score, _as_of, own in rows if own is not None},
        areas,
    )
