"""Reading a published report as a stranger would: ours strictly, other publishers' by the columns they have."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onvif_privacy.disclosures.services.transparency.columns import (
    ALL,
    COLUMNS,
    COUNTS,
    HALF_YEAR,
    RULES,
    Rule,
    following,
    halves_between,
)

_MANY: Final = 10**12
_BAND: Final = re.compile(r"(\d+)-(\d+)")
_NUMBER: Final = re.compile(r"\d{1,3}(,\d{3})+|\d+")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s?%?")

# Other publishers' names of what we look at, as they stand in their files: lower case, only letters.
_PERIODS: Final = ("period", "periodending", "reportingperiod", "timeperiod", "halfyear", "reportperiod")
_RECEIVED: Final = (
    "received",
    "requests",
    "userdatarequests",
    "requestsreceived",
    "numberofrequests",
    "totalrequests",
    "ofrequestsreceived",
    "governmentrequests",
)
_DISCLOSED: Final = (
    "disclosed",
    "requestsdisclosed",
    "requestscomplied",
    "requestswheresomedataproduced",
    "requestswheresomeinformationproduced",
    "requestswheredataprovided",
    "ofrequestswheredataprovided",
)
_PERCENTAGE: Final = (
    "percentage",
    "percentagedisclosed",
    "percentagewheresomeinformationproduced",
    "ofrequestswheresomeinformationproduced",
    "requestswheresomedataproducedpercent",
    "percentofrequestswheresomedataproduced",
    "compliancerate",
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which line of the file (1 is the header, 0 the file as a whole), and what."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}" if self.line else self.what


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Mapping[str, str]

    def range(self, column: str) -> tuple[int, int]:
        """Return the least and the most that a cell of ours can stand for."""
        value = self.cells[column]
        if value.isdecimal():
            return int(value), int(value)
        band = _BAND.fullmatch(value)
        return (int(band[1]), int(band[2])) if band else (0, _MANY)

    def sum(self, columns: Iterable[str]) -> tuple[int, int]:
        """Return the least and the most that several can add up to."""
        ranges = [self.range(column) for column in columns]
        return sum(low for low, _high in ranges), sum(high for _low, high in ranges)


def check_file(path: Path) -> list[Fault]:
    """Return everything that is wrong with a CSV; empty for a clean one. Raises OSError."""
    try:
        return check_text(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [Fault(0, "the file is not UTF-8")]


def check_text(text: str) -> list[Fault]:
    """Return everything that is wrong with the text of a CSV, line by line."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return [Fault(0, f"the file is no CSV: {error}")]
    if len(lines) < 2:
        return [Fault(0, "the file holds no row below a header")]
    header = lines[0]
    faults = list(_shape(lines))
    malformed = {fault.line for fault in faults}
    rows = [
        _Row(number, dict(zip(header, line, strict=True)))
        for number, line in enumerate(lines[1:], 2)
        if number not in malformed
    ]
    own = tuple(header) == COLUMNS
    faults += _own(rows) if own else _others(header, rows)
    return sorted(set(faults), key=lambda fault: (fault.line, fault.what))


def _shape(lines: Sequence[Sequence[str]]) -> Iterator[Fault]:
    header = lines[0]
    if len(set(header)) < len(header):
        yield Fault(1, "a column stands twice")
    for number, line in enumerate(lines, 1):
        if len(line) != len(header):
            yield Fault(number, f"has {len(line)} cells, the header has {len(header)}")
        for cell in line:
            if cell != cell.strip() or any(
                unicodedata.category(char) in ("Zs", "Cf", "Cc") and char != " " for char in cell
            ):
                yield Fault(number, f"a stray blank or invisible character in {cell!r}")


# Our own format


def _own(rows: Sequence[_Row]) -> list[Fault]:
    good, faults = [], list[Fault]()
    for row in rows:
        wrong = list(_cells(row))
        faults += wrong
        if not wrong:
            good.append(row)
            faults += (fault for rule in RULES if (fault := _broken(row, rule)))
    return [*faults, *_periods(good), *_wholes(good), *_stocks(good)]


def _cells(row: _Row) -> Iterator[Fault]:
    if HALF_YEAR.fullmatch(row.cells["period"]) is None:
        yield Fault(row.number, f"{row.cells['period']!r} is no half-year")
    for column in COUNTS:
        value = row.cells[column]
        band = _BAND.fullmatch(value)
        is_good = value == "hidden" or (value.isascii() and value.isdecimal()) or (band and int(band[1]) < int(band[2]))
        if not is_good:
            yield Fault(row.number, f"{column} is {value!r}")


def _broken(row: _Row, rule: Rule) -> Fault | None:
    (left_low, left_high), (right_low, right_high) = row.sum(rule.left), row.sum(rule.right)
    holds = left_low <= right_high and (rule.at_most or right_low <= left_high)
    return None if holds else Fault(row.number, f"{rule.name}: {rule.words} does not hold")


def _key(row: _Row) -> tuple[str, str]:
    return row.cells["regime"], row.cells["jurisdiction"]


def _by_period(rows: Sequence[_Row]) -> dict[str, dict[tuple[str, str], _Row]]:
    found: dict[str, dict[tuple[str, str], _Row]] = defaultdict(dict)
    for row in rows:
        found[row.cells["period"]][_key(row)] = row
    return found


def _periods(rows: Sequence[_Row]) -> Iterator[Fault]:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = (row.cells["period"], *_key(row))
        if key in seen:
            yield Fault(row.number, "the row stands twice")
        seen.add(key)
    present = sorted({row.cells["period"] for row in rows})
    if present:
        yield from (
            Fault(0, f"{one} is missing") for one in halves_between(present[0], present[-1]) if one not in present
        )


def _wholes(rows: Sequence[_Row]) -> Iterator[Fault]:
    """I7. Regimes in bands are in no total."""
    for period, found in _by_period(rows).items():
        whole = found.get((ALL, ALL))
        if whole is None:
            yield Fault(0, f"{period} has no row for all")
            continue
        exact = {key: row for key, row in found.items() if not any(_BAND.fullmatch(row.cells[one]) for one in COUNTS)}
        for position, words in ((1, "regimes"), (0, "jurisdictions")):
            parts = [row for key, row in exact.items() if key[position] == ALL and key != (ALL, ALL)]
            for column in COUNTS:
                low = sum(row.range(column)[0] for row in parts)
                high = sum(row.range(column)[1] for row in parts)
                least, most = whole.range(column)
                if parts and (low > most or high < least):
                    yield Fault(whole.number, f"I7: {column} of all {words} does not add up")


def _stocks(rows: Sequence[_Row]) -> Iterator[Fault]:
    """I6. A row that is missing stands for nothing pending."""
    by_period = _by_period(rows)
    for period, found in by_period.items():
        for key, row in by_period.get(following(period), {}).items():
            before = found.get(key)
            end = before.range("pending_end") if before else (0, 0)
            start = row.range("pending_start")
            if end[0] > start[1] or start[0] > end[1]:
                yield Fault(row.number, f"I6: {period} left over {_words(end)}, {_words(start)} begin")


def _words(bounds: tuple[int, int]) -> str:
    return str(bounds[0]) if bounds[0] == bounds[1] else f"{bounds[0]} or more"


# Other publishers


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _column(header: Sequence[str], names: Sequence[str]) -> str | None:
    return next((one for one in header if _plain(one) in names), None)


def _half(value: str) -> str | None:
    """Return the half-year of a period as others write it: 2026-H1, H1 2026, 2026-06-30, 6/30/2026, 2026-01."""
    if match := re.fullmatch(r"(\d{4})[- ]?[Hh]([12])|[Hh]([12])[- ]?(\d{4})", value):
        return f"{match[1] or match[4]}-H{match[2] or match[3]}"
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", value):
        year, month = match[1], int(match[2])
    elif match := re.fullmatch(r"(\d{1,2})/\d{1,2}/(\d{4})", value):
        year, month = match[2], int(match[1])
    else:
        return None
    return f"{year}-H{1 if month <= 6 else 2}" if 1 <= month <= 12 else None


def _number(value: str) -> int | None:
    return int(value.replace(",", "")) if value.isascii() and _NUMBER.fullmatch(value) else None


def _others(header: Sequence[str], rows: Sequence[_Row]) -> Iterator[Fault]:
    period = _column(header, _PERIODS)
    received, disclosed = _column(header, _RECEIVED), _column(header, _DISCLOSED)
    share = _column(header, _PERCENTAGE)
    if received is None and disclosed is None:
        yield Fault(1, "no column for requests received or disclosed is known")
        return
    for row in rows:
        asked, given = (row.cells[name] if name else "" for name in (received, disclosed))
        numbers = {value: _number(value) for value in (asked, given) if value}
        yield from (Fault(row.number, f"{value!r} is no number") for value, one in numbers.items() if one is None)
        high, low = numbers.get(asked), numbers.get(given)
        if high is not None and low is not None and low > high:
            yield Fault(row.number, f"discloses {low} of {high} received")
        yield from _shares(row, share)
    if period is not None:
        yield from _other_periods(rows, period)


def _shares(row: _Row, share: str | None) -> Iterator[Fault]:
    value = row.cells[share] if share else ""
    match = _PERCENT.fullmatch(value) if value else None
    if value and match is None:
        yield Fault(row.number, f"{value!r} is no share")
    elif match and float(match[1]) > 100:
        yield Fault(row.number, f"discloses {match[1]} percent of what was received")


def _other_periods(rows: Sequence[_Row], column: str) -> Iterator[Fault]:
    found = {row.number: _half(row.cells[column]) for row in rows}
    yield from (Fault(number, "the period cannot be read") for number, half in found.items() if half is None)
    present = sorted({half for half in found.values() if half})
    if present:
        yield from (
            Fault(0, f"{one} is missing") for one in halves_between(present[0], present[-1]) if one not in present
        )
