"""From records to rows: numbers for texts, moments, status classes.

Whole columns are worked out, not visit after visit: this runs in the processes that answer pages, and a column is one
call into C where a visit would be thirty steps of the interpreter.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DataError, Error, IntegrityError, OperationalError, connections

from onvif_privacy.visits.models import Area, Browser, Method, Page, Reason, Referrer
from onvif_privacy.visits.services import agents, areas, clock, dictionary
from onvif_privacy.visits.services.records import Parcel, Record
from onvif_privacy.visits.services.sql import Row

# columns of `Visit`; the counts find page, referrer, browser, method and status by this order (`rollups`)
COLUMNS = ("at", "page", "referrer", "browser", "method", "status", "network", "visitor")

# What one bad value raises, as opposed to a database that is not there. MySQL's drivers file an undecodable string
# (1366) under OperationalError.
BAD_VALUE = (DataError, IntegrityError, ValueError, TypeError, OverflowError)
MYSQL_BAD_STRING = 1366

METHODS = {method.name: method.value for method in Method}
REFERENCE_BYTES = 16
SECONDS_AT = len("2026-11-27 13:25:")

_agent_of = attrgetter("agent")


class Sorted(NamedTuple):
    """A parcel's visits of people, what their user agents say, and what was left out, programs included."""

    people: Sequence[Record]
    agents: Mapping[str, agents.Agent]
    excluded: Counter[tuple[dt.date, str]]


def sort_out(parcel: Parcel) -> Sorted:
    """Tell people from programs; each different user agent is looked at once."""
    excluded = Counter(parcel.excluded)
    found = {text: agents.classify(text) for text in set(map(_agent_of, parcel.records))}
    if not any(agent.bot for agent in found.values()):
        return Sorted(parcel.records, found, excluded)
    people: list[Record] = []
    slots = clock.Slots()
    for record in parcel.records:
        if found[record.agent].bot:
            excluded[slots[record.at // clock.QUARTER].day, Reason.BOT.value] += 1
        else:
            people.append(record)
    return Sorted(people, found, excluded)


class Prepared(NamedTuple):
    """Visits as the database takes them (`COLUMNS`) and the second of each.

    After those columns each row has what is kept of no single visit: the number of the page that stands for its site,
    its marks (`salts.marks`) and the numbers of its subject areas.
    """

    rows: list[Row]
    seconds: list[int]

    def by_slot(self) -> Iterable[tuple[clock.Slot, list[Row]]]:
        """Give the rows of each quarter of an hour with the day and hour it belongs to."""
        groups: dict[int, list[Row]] = defaultdict(list)
        for second, row in zip(self.seconds, self.rows, strict=True):
            groups[second // clock.QUARTER].append(row)
        slots = clock.Slots()
        return [(slots[quarter], rows) for quarter, rows in groups.items()]

    def without(self, positions: Collection[int]) -> Prepared:
        """Leave out the rows at these positions."""
        left = [number for number in range(len(self.rows)) if number not in positions]
        return Prepared([self.rows[number] for number in left], [self.seconds[number] for number in left])


def prepared(people: Sequence[Record], found: Mapping[str, agents.Agent], using: str) -> tuple[Prepared, int]:
    """Turn records into rows; gives the rows and the number of records that cannot become one."""
    if not people:
        return Prepared([], []), 0
    try:
        return _columns(people, found, using), 0
    except Exception as error:  # whatever one bad record raises, the others are stored
        if isinstance(error, Error) and not is_bad_value(error):
            raise
    if len(people) == 1:
        return Prepared([], []), 1
    middle = len(people) // 2
    left, left_bad = prepared(people[:middle], found, using)
    right, right_bad = prepared(people[middle:], found, using)
    return Prepared(left.rows + right.rows, left.seconds + right.seconds), left_bad + right_bad


class Remembered(dict[Any, Any]):
    """Results of a function for the values of one column, each worked out once."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, value: Any) -> Any:
        result = self[value] = self._function(value)
        return result


def _columns(people: Sequence[Record], found: Mapping[str, agents.Agent], using: str) -> Prepared:
    columns = dict(zip(Record._fields, zip(*people, strict=True), strict=True))
    places = list(zip(columns["site"], columns["route"], columns["path"], strict=True))
    hosts = list(zip(columns["referrer"], strict=True))
    sites = list(zip(columns["site"], repeat(""), repeat(""), strict=False))
    pages = dictionary.numbers(Page, {*places, *sites}, using)
    referrers = dictionary.numbers(Referrer, set(hosts), using)
    kinds = {text: found[text][1:] for text in set(columns["agent"])}
    browsers = dictionary.numbers(Browser, set(kinds.values()), using)
    numbers = {text: browsers[kind] for text, kind in kinds.items()}
    rows = zip(
        map(_moments(using).__getitem__, columns["at"]),
        map(pages.__getitem__, places),
        map(referrers.__getitem__, hosts),
        map(numbers.__getitem__, columns["agent"]),
        map(METHODS.__getitem__, columns["method"]),
        [status // 100 for status in columns["status"]],
        [network or None for network in columns["network"]],
        map(Remembered(_subject).__getitem__, columns["visitor"]),
        map(pages.__getitem__, sites),
        columns["marks"],
        map(_areas(columns, using).__getitem__, zip(columns["route"], columns["path"], columns["areas"], strict=True)),
        strict=True,
    )
    return Prepared(list(rows), list(columns["at"]))


def _areas(columns: Mapping[str, Sequence[Any]], using: str) -> Mapping[Any, tuple[int, ...]]:
    """Numbers of the subject areas of each page, by route, path and what the page said."""
    areas.places.renew()
    pages = set(zip(columns["route"], columns["path"], columns["areas"], strict=True))
    found = {page: areas.places.of(*page) for page in pages}
    slugs = {(slug,) for some in found.values() for slug in some}
    if not slugs:
        return dict.fromkeys(pages, ())
    numbers = dictionary.numbers(Area, slugs, using)
    return {page: tuple(numbers[(slug,)] for slug in some) for page, some in found.items()}


def _moments(using: str) -> Remembered:
    """Instants by their second, as text, which every driver passes on fastest; worked out once for each minute."""
    adapt = connections[using].ops.adapt_datetimefield_value
    minutes = Remembered(lambda minute: str(adapt(clock.moment(minute * 60))))

    def text(second: int) -> str:
        minute = minutes[second // 60]
        return f"{minute[:SECONDS_AT]}{second % 60:02}{minute[SECONDS_AT + 2 :]}"

    return Remembered(text)


def _subject(reference: str) -> str | None:
    """The subject's UUID that a public reference names, in hex digits."""
    if not reference:
        return None
    data = base64.urlsafe_b64decode(reference + "==")
    if len(data) != REFERENCE_BYTES:
        raise ValueError("not the reference of a subject")
    return data.hex()


def is_bad_value(error: BaseException) -> bool:
    """Whether the database, or the way to it, refused a value, as opposed to everything."""
    return isinstance(error, BAD_VALUE) or (
        isinstance(error, OperationalError) and bool(error.args) and error.args[0] == MYSQL_BAD_STRING
    )
