"""Bars for a published row: a number, a band as the range that it is, or a place for what is hidden. No true number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _

WIDTH: Final = 320
ROW: Final = 40
ROOM: Final = 240
"""Of the width, what the longest bar takes; the words of its number stand behind it."""

_BAND: Final = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True)
class Bar:
    """One line in SVG user units. ``kind`` is ``exact``, ``band`` or ``hidden``; a band is drawn from low to high."""

    label: str | LazyText
    words: str
    kind: str
    y: int
    low: float
    high: float

    @property
    def range(self) -> float:
        """How much longer the bar may be, by what was published."""
        return round(self.high - self.low, 2)

    @property
    def after(self) -> float:
        """Where its words begin."""
        return round(max(self.high, 2) + 6, 2)


@dataclass(frozen=True)
class Drawing:
    """The bars of one chart, with its height."""

    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """Of the whole, in user units."""
        return max(ROW * len(self.bars), 1)

    @property
    def kinds(self) -> set[str]:
        """Which patterns need their words below."""
        return {bar.kind for bar in self.bars}


def _read(cell: str) -> tuple[str, int, int]:
    if cell.isdigit():
        return "exact", int(cell), int(cell)
    if match := _BAND.fullmatch(cell):
        return "band", int(match[1]), int(match[2])
    return "hidden", 0, 0


def drawn(cells: Sequence[tuple[str | LazyText, str]]) -> Drawing:
    """Lay out ``(label, published cell)``; the scale ends at the largest published number or end of a band."""
    read = [(label, cell, *_read(cell)) for label, cell in cells]
    top = max((high for *_more, high in read), default=0) or 1
    return Drawing(
        tuple(
            Bar(
                label,
                _("hidden") if kind == "hidden" else cell.replace("-", "–"),
                kind,
                number * ROW,
                round(low / top * ROOM, 2),
                round(ROOM / 8 if kind == "hidden" else high / top * ROOM, 2),
            )
            for number, (label, cell, kind, low, high) in enumerate(read)
        )
    )
