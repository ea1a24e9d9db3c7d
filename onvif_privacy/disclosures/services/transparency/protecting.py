"""From true numbers to a release: small groups, legal bands, and what earlier releases have said already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from onvif_privacy.core.counts import Identity, Protected, Table, protect
from onvif_privacy.disclosures.services.transparency.columns import ALL, COUNTS, RULES, following
from onvif_privacy.disclosures.services.transparency.counting import Line

HIDDEN: Final = "hidden"
BAND: Final = re.compile(r"0-(\d+)")
MEDIAN_FROM: Final = 10


@dataclass(frozen=True)
class Shown:
    """One published row: each count as text, which is a number, ``hidden`` or a band such as ``0-249``."""

    regime: str
    instrument: str
    ground: str
    jurisdiction: str
    cells: Mapping[str, str]
    median_days: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of its period."""
        return self.regime, self.jurisdiction


@dataclass(frozen=True)
class Release:
    """One version of the report of a half-year, as it may be published."""

    period: str
    version: int
    rows: tuple[Shown, ...]

    def cell(self, key: tuple[str, str], column: str) -> str | None:
        """Return what a release says; None where it has no such row."""
        return next((row.cells[column] for row in self.rows if row.key == key), None)


def _banded(value: int, width: int) -> str:
    low = value // width * width
    return f"{low}-{low + width - 1}"


def _tables(lines: Sequence[Line]) -> list[Table]:
    """Return the rows of regimes and those of jurisdictions as tables with one total in common."""
    by = {
        "regime": [line for line in lines if line.regime != ALL],
        "jurisdiction": [line for line in lines if line.jurisdiction != ALL],
    }
    return [
        Table(
            (name, "column"),
            {(getattr(line, name), column): line.cells[column] for line in rows for column in COUNTS},
            adds=(name,),
        )
        for name, rows in by.items()
        if rows
    ]


def _earlier(lines: Sequence[Line], previous: Release | None, before: Release | None, k: int) -> list[Protected]:
    """Return what readers know: from the version that this one replaces, and from the half-year before."""
    known: dict[tuple[str, str, str], int | None] = {}
    for line in lines:
        for column in COUNTS:
            true = line.cells[column]
            said = previous.cell(line.key, column) if previous else None
            if said is None and column == "pending_start" and before is not None:
                said = before.cell(line.key, "pending_end") or "0"  # without a row nothing was pending
                if said.isdigit() and int(said) != true:
                    raise ValueError(f"I6: {before.period} left over {said}, {true} begin.")
            if said is None:
                continue
            if said == HIDDEN or not said.isdigit():
                known[(*line.key, column)] = None
            elif int(said) == true:
                known[(*line.key, column)] = true
            elif abs(int(said) - true) < k:  # both would tell of a few
                known[(*line.key, column)] = None
    found = []
    for position, name in enumerate(("regime", "jurisdiction")):
        cells: dict[tuple[str, ...], int | None] = {
            (key[position], key[2]): value
            for key, value in known.items()
            if key[1 - position] == ALL  # the rows of this table, and the total that both have
        }
        found.append(Protected((name, "column"), cells))
    return found


def released(
    lines: Sequence[Line],
    period: str,
    *,
    k: int,
    bands: Mapping[str, str] | None = None,
    apart: Iterable[Line] = (),
    previous: Release | None = None,
    before: Release | None = None,
) -> Release:
    """Return what may be published of a half-year.

    ``lines`` are its true numbers without the regimes that a law lets us show in bands only; those are ``apart``, with
    the band of each in ``bands``, and are in no total. ``previous`` is the version that this one replaces, ``before``
    the release of the half-year before, where there are such. Raises ValueError where an identity does not hold, where
    earlier releases say something else of what is pending, and where a small number cannot be hidden any more.
    """
    if before is not None and following(before.period) != period:
        raise ValueError(f"{before.period} is not the half-year before {period}.")
    identities: list[Identity] = [rule.identity for rule in RULES]
    tables = _tables(lines)
    numbers: dict[tuple[str, str, str], int | None] = {}
    for table, safe in zip(
        tables, protect(tables, k, identities, earlier=_earlier(lines, previous, before, k)), strict=True
    ):
        for (name, column), value in safe.cells.items():
            key = (name, ALL) if table.dimensions[0] == "regime" else (ALL, name)
            numbers[(*key, column)] = value
    rows = [_shown(line, {column: numbers[(*line.key, column)] for column in COUNTS}) for line in lines]
    rows += [_in_bands(line, (bands or {})[line.regime]) for line in apart]
    return Release(period, previous.version + 1 if previous else 1, tuple(rows))


def _shown(line: Line, numbers: Mapping[str, int | None]) -> Shown:
    cells = {column: HIDDEN if value is None else str(value) for column, value in numbers.items()}
    # how many were decided follows from these three, so the median tells of that many
    is_known = all(numbers[column] is not None for column in ("pending_start", "received", "pending_end"))
    median = line.median_days if is_known and len(line.days) >= MEDIAN_FROM else ""
    return Shown(line.regime, line.instrument, line.ground, line.jurisdiction, cells, median)


def _in_bands(line: Line, band: str) -> Shown:
    match = BAND.fullmatch(band)
    if match is None:
        raise ValueError(f"{band!r} is no band such as 0-249.")
    cells = {column: _banded(value, int(match[1]) + 1) for column, value in line.cells.items()}
    return Shown(line.regime, line.instrument, line.ground, line.jurisdiction, cells)
