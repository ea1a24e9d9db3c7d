"""Every table of the report as rows, for CSV and JSON. Names of tables and columns are stable and not translated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from onvif_privacy.visits.services.reports import origins, tables
from onvif_privacy.visits.services.reports.asked import Asked
from onvif_privacy.visits.services.reports.books import ledger
from onvif_privacy.visits.services.reports.shapes import Line
from onvif_privacy.visits.services.reports.visitors import visitors


class Sheet(NamedTuple):
    """A table: names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def _lines(lines: Iterable[Line]) -> Sheet:
    return Sheet(("name", "visits", "before"), [(line.name, line.visits, line.before) for line in lines])


def _pages(asked: Asked) -> Sheet:
    rows = [(line.name, line.visits, line.before, line.visitors) for line in tables.pages(asked)]
    return Sheet(("name", "visits", "before", "visitors"), rows)


def _areas(asked: Asked) -> Sheet:
    rows = [(line.area, line.name, line.visits, line.before) for line in origins.areas(tables.by_day(asked))]
    return Sheet(("area", "name", "visits", "before"), rows)


def _days(asked: Asked) -> Sheet:
    different = visitors(asked)
    counted = different.days if different else {}
    rows = [(day.isoformat(), visits, counted.get(day)) for day, visits in tables.by_day(asked).days]
    return Sheet(("day", "visits", "visitors"), rows)


def _hours(asked: Asked) -> Sheet:
    return Sheet(("hour", "visits"), [(f"{hour:02}:00", visits) for hour, visits in tables.by_hour(asked)])


def _quality(asked: Asked) -> Sheet:
    rows = [(fault.name, fault.referrer, f"{fault.status}xx", fault.visits) for fault in tables.quality(asked)]
    return Sheet(("page", "referring site", "answer", "requests"), rows)


def _live(asked: Asked) -> Sheet:
    return Sheet(("name", "visits"), [(line.name, line.visits) for line in tables.live(asked)])


def _exclusions(asked: Asked) -> Sheet:
    rows = [(reason, line.name, line.visits, line.before) for reason, line in tables.by_day(asked).excluded.items()]
    return Sheet(("reason", "name", "requests", "before"), rows)


def _books(asked: Asked) -> Sheet:
    sums = ledger()
    rows = [(name, getattr(sums, name)) for name in ("accepted", "stored", "bots", "pending", "lost")]
    return Sheet(("entry", "visits"), rows + [(f"dropped: {why}", number) for why, number in sums.dropped.items()])


def _technology(part: str) -> Callable[[Asked], Sheet]:
    return lambda asked: _lines(tables.technology(asked)[part])


SHEETS: dict[str, Callable[[Asked], Sheet]] = {
    "services": lambda asked: _lines(tables.services(asked)),
    "pages": _pages,
    "days": _days,
    "hours": _hours,
    "referrers": lambda asked: _lines(tables.referrers(asked)),
    "areas": _areas,
    "domains": lambda asked: _lines(origins.domains(asked)),
    "browsers": _technology("browsers"),
    "systems": _technology("systems"),
    "devices": _technology("devices"),
    "live": _live,
    "quality": _quality,
    "exclusions": _exclusions,
    "books": _books,
}
# these count no pages, so they cannot be narrowed
WHOLE_SITE = frozenset({"referrers", "domains", "browsers", "systems", "devices", "exclusions", "books"})


def sheet(table: str, asked: Asked) -> Sheet | None:
    """Return one table; None for one that does not exist, or not for a part of the site."""
    make = SHEETS.get(table)
    return None if make is None or (asked.is_narrow and table in WHOLE_SITE) else make(asked)
