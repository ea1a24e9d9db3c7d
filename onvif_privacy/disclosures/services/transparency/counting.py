"""From cases to true numbers. Nothing is typed: each number is the count of something that a case is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Final

from onvif_privacy.disclosures.services.transparency.columns import ALL, COUNTS, NOTICES, OUTCOMES, bounds

EUROPEAN_UNION: Final = frozenset(
    "AT,BE,BG,CY,CZ,DE,DK,EE,ES,FI,FR,GR,HR,HU,IE,IT,LT,LU,LV,MT,NL,PL,PT,RO,SE,SI,SK".split(",")  # noqa: SIM905 - readable
)
REGION_EU: Final = "EU"
ELSEWHERE: Final = "elsewhere"


@dataclass(frozen=True)
class Fact:
    """One case as the report sees it; no person, no file number, no name.

    ``decided_on`` is the day of its first hand-over, or of its end without one; ``outcome`` is one of `OUTCOMES`.
    ``notices`` says for how many disclosed accounts which of `NOTICES` holds.
    """

    regime: str
    instrument: str
    ground: str
    country: str
    authority: str
    received_on: date
    decided_on: date | None = None
    outcome: str = ""
    is_full: bool = False
    has_content: bool = False
    selectors_asked: int = 0
    accounts_matched: int = 0
    notices: Mapping[str, int] = field(default_factory=dict)
    was_gagged: bool = False
    was_narrowed: bool = False
    was_contested: bool = False
    was_recalled: bool = False
    failed_review: bool = False

    def __post_init__(self) -> None:
        if (self.decided_on is None) != (self.outcome == "") or self.outcome not in ("", *OUTCOMES):
            raise ValueError("A decided case has one of the outcomes.")
        if not set(self.notices) <= set(NOTICES) or sum(self.notices.values()) > self.accounts_matched:
            raise ValueError("A case discloses no more accounts than it matches.")
        if self.notices and self.outcome != "disclosed":
            raise ValueError("Who was not disclosed is told nothing.")


@dataclass(frozen=True)
class Line:
    """One row of true numbers: of one regime everywhere, of one jurisdiction under every regime, or of all (`ALL`)."""

    regime: str
    instrument: str
    ground: str
    jurisdiction: str
    cells: Mapping[str, int]
    days: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of its period."""
        return self.regime, self.jurisdiction

    @property
    def median_days(self) -> str:
        """The median of the days from receipt to decision, in halves."""
        return f"{median(self.days):g}" if self.days else ""


def _cells(fact: Fact, first: date, after: date) -> Counter[str]:
    """Return what one case adds to its rows."""
    if fact.received_on >= after or (fact.decided_on is not None and fact.decided_on < first):
        return Counter()
    found = Counter({"received" if fact.received_on >= first else "pending_start": 1})
    if fact.decided_on is None or fact.decided_on >= after:
        return found + Counter(pending_end=1)
    found[fact.outcome] += 1
    found["selectors_asked"] += fact.selectors_asked
    found["accounts_matched"] += fact.accounts_matched
    found["narrowed"] += fact.was_narrowed
    found["contested"] += fact.was_contested
    if fact.outcome == "disclosed":
        found["disclosed_full" if fact.is_full else "disclosed_partial"] += 1
        found["content" if fact.has_content else "non_content"] += 1
        found["accounts_disclosed"] += sum(fact.notices.values())
        found.update(fact.notices)
        found["gagged_at_handover"] += fact.was_gagged
        found["recalled"] += fact.was_recalled
        found["after_review_failed"] += fact.failed_review
    return found


def _jurisdictions(alive: Sequence[tuple[Fact, Counter[str]]], k: int, known: Collection[str]) -> dict[str, str]:
    """Return under which name each country is counted.

    A country with a single authority would name it, and one with few cases would name them: both count as their region.
    ``known`` countries had a row of their own before and keep it. Others begin one only when none of their cases was
    pending: else the region's stock at the end of one period and at the beginning of the next would tell of them.
    """
    authorities: dict[str, set[str]] = defaultdict(set)
    cases, pending = Counter[str](), Counter[str]()
    for fact, cells in alive:
        authorities[fact.country].add(fact.authority)
        cases[fact.country] += 1
        pending[fact.country] += cells["pending_start"]
    return {
        country: country
        if country in known or (len(names) > 1 and cases[country] >= k and not pending[country])
        else (REGION_EU if country in EUROPEAN_UNION else ELSEWHERE)
        for country, names in authorities.items()
    }


Key = tuple[str, str, str, str]


def counted(facts: Iterable[Fact], period: str, *, k: int, keep: Iterable[Key] = ()) -> list[Line]:
    """Return the true numbers of a half-year: a row for each regime, for each jurisdiction, and for all.

    ``keep`` are the rows (regime, instrument, ground, jurisdiction) of the release before: they stay, if only with
    zeros, because a row that goes away would say how its hidden numbers ended. Raises ValueError for no half-year.
    """
    first, after = bounds(period)
    alive = [(fact, cells) for fact in facts if (cells := _cells(fact, first, after))]
    kept = set(keep)
    names = _jurisdictions(alive, k, {key[3] for key in kept})
    sums: dict[Key, Counter[str]] = {key: Counter() for key in (*kept, (ALL, ALL, ALL, ALL))}
    days: dict[Key, list[int]] = defaultdict(list)
    for fact, cells in alive:
        for key in (
            (fact.regime, fact.instrument, fact.ground, ALL),
            (ALL, ALL, ALL, names[fact.country]),
            (ALL, ALL, ALL, ALL),
        ):
            sums.setdefault(key, Counter()).update(cells)
            if fact.decided_on and first <= fact.decided_on < after:
                days[key].append((fact.decided_on - fact.received_on).days)
    return [
        Line(*key, {name: cells[name] for name in COUNTS}, tuple(sorted(days[key])))
        for key, cells in sorted(sums.items(), key=lambda one: (one[0][0] == ALL, one[0][3] == ALL, one[0]))
    ]
