"""Random histories of cases, as the transparency report sees them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

from onvif_privacy.disclosures.services.transparency import Fact, Line, Release, counted, released
from onvif_privacy.disclosures.services.transparency.columns import NOTICES, OUTCOMES

COUNTRIES = ("DE", "DE", "DE", "US", "US", "FR", "AT", "GB", "JP")
REGIMES = (("us_warrant", "a"), ("us_warrant", "a"), ("eu_epoc", "a"), ("us_edr", "c"), ("self_protect", "b"))
FIRST_DAY = date(2025, 1, 1)


def fact(dice: random.Random, days: int) -> Fact:
    """One case of the first so many days."""
    regime, ground = dice.choice(REGIMES)
    received = FIRST_DAY + timedelta(days=dice.randrange(days))
    decided = received + timedelta(days=dice.randrange(120)) if dice.random() < 0.8 else None
    outcome = dice.choice((*OUTCOMES, "disclosed", "disclosed", "disclosed")) if decided else ""
    matched, notices = dice.randrange(0, 4), Counter[str]()
    if outcome == "disclosed":
        notices.update(dice.choice(NOTICES) for _account in range(dice.randint(0, matched)))
    country = dice.choice(COUNTRIES)
    return Fact(
        regime,
        f"instrument of {regime}",
        ground,
        country,
        f"{country}{dice.randrange(2)}",
        received,
        decided,
        outcome,
        is_full=dice.random() < 0.5,
        has_content=dice.random() < 0.3,
        selectors_asked=dice.randrange(5),
        accounts_matched=matched,
        notices=notices,
        was_gagged=outcome == "disclosed" and dice.random() < 0.2,
        was_narrowed=dice.random() < 0.3,
        was_contested=dice.random() < 0.1,
        was_recalled=outcome == "disclosed" and dice.random() < 0.1,
        failed_review=outcome == "disclosed" and dice.random() < 0.1,
    )


def history(dice: random.Random, cases: int, days: int = 540) -> list[Fact]:
    """A year and a half, or so many days."""
    return [fact(dice, days) for _case in range(cases)]


def keys(release: Release) -> list[tuple[str, str, str, str]]:
    """The rows of a release, which the next one keeps."""
    return [(row.regime, row.instrument, row.ground, row.jurisdiction) for row in release.rows]


def series(facts: list[Fact], periods: tuple[str, ...], k: int) -> list[tuple[list[Line], Release]]:
    """True numbers and releases of several half-years, each made after the one before."""
    found: list[tuple[list[Line], Release]] = []
    for period in periods:
        before = found[-1][1] if found else None
        lines = counted(facts, period, k=k, keep=keys(before) if before else ())
        found.append((lines, released(lines, period, k=k, before=before)))
    return found
