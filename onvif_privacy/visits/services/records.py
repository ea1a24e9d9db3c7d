"""What travels from a page to the store."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

# Python's own cost of one waiting record: the tuple, its integers and the headers of its strings.
RECORD_OVERHEAD_BYTES = 600


class Record(NamedTuple):
    """One visit on its way. All of it is cleaned and cut; the user agent is parsed by the store and forgotten."""

    at: int  # seconds since 1970
    site: str  # host, on installations that serve several; else empty
    route: str  # pattern with a leading slash; empty when nothing matched
    path: str  # concrete path, of public content only
    method: str
    status: int
    referrer: str  # host, "internal", a scheme, or empty
    agent: str  # user agent, 512 characters at most
    network: str  # address cut to /24 or /48, or empty
    visitor: str  # reference of the subject, only while the choice grants `popularity`
    areas: tuple[str, ...] = ()  # subject areas that view, object and template name
    marks: int = 0  # what it does to the sketches of different visitors (`salts.marks`); 0 for nothing

    @property
    def size_bytes(self) -> int:
        """Rough memory of the record while it waits; never too small for ASCII text."""
        return RECORD_OVERHEAD_BYTES + len(self.route) + len(self.path) + len(self.agent) + len(self.referrer)


class Note(NamedTuple):
    """What one page visit says of its visitor's interests; made only while their choice grants `interests`."""

    at: int  # seconds since 1970
    visitor: str  # reference of the subject
    route: str
    path: str
    areas: tuple[str, ...] = ()  # subject areas that view, object and template name


@dataclass(frozen=True)
class Books:
    """The counters of one process: accepted = stored + handed over to a stream + the sum of dropped + pending."""

    process: uuid.UUID
    started: datetime
    accepted: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0
    handed: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the law holds."""
        return self.accepted == self.stored + self.handed + sum(self.dropped.values()) + self.pending


@dataclass(frozen=True)
class Parcel:
    """What one transaction stores: records, what was left out since the last one, and the books at that moment.

    The same parcel may be sent again after an unclear commit; its id makes that harmless. ``books`` is None for what
    no process keeps books of (imported logs). ``notes`` are no visits and in no books: a score is an estimate.
    ``streamed`` parcels come in any order, and their process does not learn what becomes of them.
    """

    records: tuple[Record, ...]
    excluded: Mapping[tuple[date, str], int] = field(default_factory=dict)  # by day and reason
    books: Books | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    notes: tuple[Note, ...] = ()
    streamed: bool = False


@dataclass(frozen=True)
class Receipt:
    """What became of a parcel: ``stored + bots + invalid + handed`` is the number of its records."""

    stored: int = 0
    bots: int = 0
    invalid: int = 0
    handed: int = 0  # to a stream: what becomes of them is not known yet

    @property
    def dropped(self) -> dict[str, int]:
        """What was not stored, by reason."""
        return {reason: number for reason, number in (("bot", self.bots), ("invalid", self.invalid)) if number}


class Unavailable(Exception):
    """The store cannot be reached now: nothing of the parcel is lost, send it again later."""
