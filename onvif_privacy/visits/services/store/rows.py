"""From records to rows: numbers for texts, moments, status classes.

Whole columns are worked out and counted, not visit after visit: this runs in the processes that answer pages, and a
column is one call into C where a visit would be thirty steps of the interpreter.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import compress, groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DataError, Error, IntegrityError, OperationalError, connections

from onvif_privacy.visits.models import Area, Browser, Method, Page, Reason, Referrer
from onvif_privacy.visits.services import agents, areas, clock, dictionary
from onvif_privacy.visits.services.records import Parcel, Record
from onvif_privacy.visits.services.sql import Row

# columns of `Visit`, the first ones of `Prepared`
COLUMNS = ("at", "page", "referrer", "browser", "method", "status", "network", "visitor")

# What one bad value raises, as opposed to a database that is not there. MySQL's drivers file an undecodable string
# (1366) under OperationalError.
BAD_VALUE = (DataError, IntegrityError, ValueError, TypeError, OverflowError)
MYSQL_BAD_STRING = 1366

METHODS = {method.name: method.value for method in Method}
REFERENCE_BYTES = 16
SECONDS_AT = len("2026-11-27 13:25:")
SECONDS = [f"{second:02}" for second in range(60)]
Column = Sequence[Any]
Place = tuple[str, str, str, tuple[str, ...]]  # site, route, path and subject areas of a record

_agent_of, _second_of = attrgetter("agent"), attrgetter("at")


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
    """Visits by columns, in the order of time: those that the database takes (`COLUMNS`), and what follows them.

    Of what follows nothing is kept for a single visit: the second, the number of the page that stands for the site,
    the marks (`salts.marks`) and the numbers of the subject areas.
    """

    at: Column = ()
    page: Column = ()
    referrer: Column = ()
    browser: Column = ()
    method: Column = ()
    status: Column = ()
    network: Column = ()
    visitor: Column = ()
    second: Column = ()
    site: Column = ()
    marks: Column = ()
    areas: Column = ()

    def rows(self) -> list[Row]:
        """Return what is stored of each visit."""
        return list(zip(*self[: len(COLUMNS)], strict=True))

    def by_slot(self) -> Iterator[tuple[clock.Slot, Prepared]]:
        """Give the visits of each quarter of an hour with the day and hour it belongs to."""
        slots, start = clock.Slots(), 0
        for quarter, run in groupby(second // clock.QUARTER for second in self.second):
            end = start + sum(1 for _second in run)
            yield slots[quarter], Prepared(*(column[start:end] for column in self))
            start = end

    def only(self, wanted: Sequence[bool]) -> Prepared:
        """Leave out the visits at whose place something false stands."""
        return self if all(wanted) else Prepared(*(list(compress(column, wanted)) for column in self))


def prepared(people: Sequence[Record], found: Mapping[str, agents.Agent], using: str) -> tuple[Prepared, int]:
    """Turn records into columns; gives them and the number of records that cannot become a visit."""
    if not people:
        return Prepared(), 0
    try:
        return _columns(people, found, using), 0
    except Exception as error:  # whatever one bad record raises, the others are stored
        if isinstance(error, Error) and not is_bad_value(error):
            raise
    if len(people) == 1:
        return Prepared(), 1
    middle = len(people) // 2
    left, left_bad = prepared(people[:middle], found, using)
    right, right_bad = prepared(people[middle:], found, using)
    return Prepared(*([*one, *other] for one, other in zip(left, right, strict=True))), left_bad + right_bad


class Remembered(dict[Any, Any]):
    """Results of a function for the values of one column, each worked out once."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, value: Any) -> Any:
        result = self[value] = self._function(value)
        return result


def _columns(people: Sequence[Record], found: Mapping[str, agents.Agent], using: str) -> Prepared:
    ordered = sorted(people, key=_second_of)
    columns = dict(zip(Record._fields, zip(*ordered, strict=True), strict=True))
    places = list(zip(columns["site"], columns["route"], columns["path"], columns["areas"], strict=True))
    page, site, about = zip(*map(_places(set(places), using).__getitem__, places), strict=True)
    referrers = _referrers(set(columns["referrer"]), using)
    browsers = _browsers(set(columns["agent"]), found, using)
    return Prepared(
        at=[*map(_moments(using).__getitem__, columns["at"])],
        page=page,
        referrer=[*map(referrers.__getitem__, columns["referrer"])],
        browser=[*map(browsers.__getitem__, columns["agent"])],
        method=[*map(METHODS.__getitem__, columns["method"])],
        status=[*map(Remembered(_status_class).__getitem__, columns["status"])],
        network=[network or None for network in columns["network"]],
        visitor=[*map(Remembered(_subject).__getitem__, columns["visitor"])],
        second=columns["at"],
        site=site,
        marks=columns["marks"],
        areas=about,
    )


def _places(places: Collection[Place], using: str) -> Mapping[Place, tuple[int, int, tuple[int, ...]]]:
    """The numbers of each page, of the one that stands for its site, and of its subject areas."""
    areas.places.renew()
    slugs = {place: areas.places.of(*place[1:]) for place in places}
    keys = {place[:3] for place in places} | {(place[0], "", "") for place in places}
    pages = dictionary.numbers(Page, keys, using)
    about = dictionary.numbers(Area, {(slug,) for some in slugs.values() for slug in some}, using)
    return {
        place: (pages[place[:3]], pages[place[0], "", ""], tuple(about[(slug,)] for slug in some))
        for place, some in slugs.items()
    }


def _referrers(hosts: Collection[str], using: str) -> dict[str, int]:
    numbers = dictionary.numbers(Referrer, {(host,) for host in hosts}, using)
    return {host: numbers[(host,)] for host in hosts}


def _browsers(texts: Collection[str], found: Mapping[str, agents.Agent], using: str) -> dict[str, int]:
    numbers = dictionary.numbers(Browser, {found[text][1:] for text in texts}, using)
    return {text: numbers[found[text][1:]] for text in texts}


def _status_class(status: int) -> int:
    return status // 100


def _moments(using: str) -> Remembered:
    """Instants by their second, as text, which every driver passes on fastest; worked out once for each minute."""
    adapt = connections[using].ops.adapt_datetimefield_value

    def around(minute: int) -> tuple[str, str]:
        text = str(adapt(clock.moment(minute * 60)))
        return text[:SECONDS_AT], text[SECONDS_AT + 2 :]

    minutes = Remembered(around)

    def text(second: int) -> str:
        before, after = minutes[second // 60]
        return f"{before}{SECONDS[second % 60]}{after}"

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
