"""The columns of a report and what holds between them. A column never changes its meaning: a new one, a new format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from onvif_privacy.core.counts import Identity

KEYS: Final = ("period", "regime", "instrument", "ground", "jurisdiction")
OUTCOMES: Final = ("withdrawn", "incomplete", "fraudulent", "refused", "no_data", "preserved", "disclosed")
NOTICES: Final = ("notified_before", "notified_after", "notice_waiting", "notice_by_authority", "notice_not_needed")
COUNTS: Final = (
    "pending_start",
    "received",
    *OUTCOMES,
    "disclosed_full",
    "disclosed_partial",
    "content",
    "non_content",
    "pending_end",
    "selectors_asked",
    "accounts_matched",
    "accounts_disclosed",
    *NOTICES,
    "gagged_at_handover",
    "narrowed",
    "contested",
    "recalled",
    "after_review_failed",
)
COLUMNS: Final = (*KEYS, *COUNTS, "median_days")
ALL: Final = "*"
"""Stands for every regime, or for every jurisdiction."""

HALF_YEAR: Final = re.compile(r"(\d{4})-H([12])")


@dataclass(frozen=True)
class Rule:
    """One identity: the columns of ``left`` add up to those of ``right``, or to no more."""

    name: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    at_most: bool = False

    @property
    def words(self) -> str:
        """The identity as text."""
        return f"{' + '.join(self.left)} {'≤' if self.at_most else '='} {' + '.join(self.right)}"

    @property
    def identity(self) -> Identity:
        """The identity as `counts.protect` takes it."""
        return Identity.of("column", self.left, self.right, at_most=self.at_most)


RULES: Final = (
    Rule("I1", ("pending_start", "received"), (*OUTCOMES, "pending_end")),
    Rule("I2", ("disclosed",), ("disclosed_full", "disclosed_partial")),
    Rule("I3", ("disclosed",), ("content", "non_content")),
    Rule("I4", ("accounts_disclosed",), NOTICES),
    Rule("I5", ("accounts_disclosed",), ("accounts_matched",), at_most=True),
    Rule("I5", ("gagged_at_handover",), ("disclosed",), at_most=True),
    Rule("I5", ("recalled",), ("disclosed",), at_most=True),
    Rule("I5", ("after_review_failed",), ("disclosed",), at_most=True),
)
"""I1 to I5 hold in each row. I6: a period begins with what the one before left over. I7: parts add up to the whole."""


def bounds(period: str) -> tuple[date, date]:
    """Return the first day of a half-year and the first day after it; raises ValueError for what is none."""
    match = HALF_YEAR.fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is no half-year such as 2026-H1.")
    year = int(match[1])
    if match[2] == "1":
        return date(year, 1, 1), date(year, 7, 1)
    return date(year, 7, 1), date(year + 1, 1, 1)


def following(period: str) -> str:
    """Return the half-year after one."""
    year, half = int(period[:4]), period[-1]
    return f"{year}-H2" if half == "1" else f"{year + 1}-H1"


def halves_between(first: str, last: str) -> Iterator[str]:
    """Yield every half-year from one to another, both included."""
    while first <= last:
        yield first
        first = following(first)
