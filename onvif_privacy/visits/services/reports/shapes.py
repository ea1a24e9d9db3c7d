"""What reports consist of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


class Compared:
    """Something counted in a period and in the one before."""

    visits: int
    before: int

    @property
    def change_percent(self) -> int | None:
        """Change against the previous period in percent; None where there was nothing before."""
        return round((self.visits - self.before) * 100 / self.before) if self.before else None


@dataclass(frozen=True)
class Line(Compared):
    """One line of a table: name, visits, visits of the previous period; of pages also site and route, of
    subject areas their short name.

    ``visitors`` are the different visitors, where they were asked for and are counted.
    """

    name: str
    visits: int
    before: int = 0
    site: str = ""
    route: str = ""
    visitors: int | None = None
    area: str = ""


@dataclass(frozen=True)
class Fault:
    """Failed requests for one page from one referring site; ``status`` is 4 (not found, refused) or 5 (failed)."""

    name: str
    referrer: str
    status: int
    visits: int


@dataclass(frozen=True)
class Days(Compared):
    """Sums of a period, its days in order (days without visits included), what was left out by reason, and areas.

    ``areas`` are the visits of each subject area now and before.
    """

    visits: int
    before: int
    submissions: int
    failures: int
    days: list[tuple[dt.date, int]]
    excluded: Mapping[str, Line] = field(default_factory=dict)
    areas: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def left_out(self) -> list[Line]:
        """What was left out, the most frequent reason first."""
        return list(self.excluded.values())
