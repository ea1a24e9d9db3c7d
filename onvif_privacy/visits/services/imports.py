"""Importing web server logs through the same cleaning, exclusions and counting as pages on the way."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from onvif_privacy.visits.models import LogImport, Reason
from onvif_privacy.visits.services import agents, capture, cleaning, clock, exclusions, store
from onvif_privacy.visits.services.logs import BadLine, Format, Line
from onvif_privacy.visits.services.records import Parcel, Receipt, Record

CHUNK_LINES = 10_000
LINE_BYTES = 65_536
PATHS_CACHED = 65_536
BAD_LINES_LISTED = 1_000
NAMESPACE = uuid.UUID("5b1c9a52-6f0e-4f0b-9d4b-3a2f3f1f4d11")

# A log names no content type. The last segment of a path tells a page from a file: no extension, or one of these.
PAGE_EXTENSIONS = frozenset(
    ["html", "htm", "xhtml", "shtml", "phtml", "php", "asp", "aspx", "jsp", "jspx", "cgi", "do"]
)
_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,7})$")


@dataclass
class Summary:
    """What became of a log. ``lines`` were read now; ``skipped`` were imported by an earlier run."""

    lines: int = 0
    skipped: int = 0
    stored: int = 0
    bots: int = 0
    invalid: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    bad_lines: int = 0
    bad_numbers: list[int] = field(default_factory=list)

    def add(self, receipt: Receipt) -> None:
        """Add what became of one parcel."""
        self.stored += receipt.stored
        self.bots += receipt.bots
        self.invalid += receipt.invalid

    @property
    def balanced(self) -> bool:
        """Whether every line is accounted for."""
        known = self.stored + self.bots + self.invalid + self.excluded.total() + self.bad_lines
        return self.lines == known


class Places:
    """Where a path of the log belongs: judged once for each path, by this site's own addresses."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str, Reason | None]] = {}
        self._rules = capture.rules()

    def of(self, target: str) -> tuple[str, str, Reason | None]:
        """Return route, concrete path and, for private and admin pages, the reason to leave it out.

        A path that no address of this site matches is kept as it is: the log is an older site's or another's, and
        whoever imports it vouches that its pages are public. What looks like a token is masked all the same.
        """
        place = self._known.get(target)
        if place is None:
            if len(self._known) >= PATHS_CACHED:
                self._known.clear()
            place = self._known[target] = self._judged(target)
        return place

    def _judged(self, target: str) -> tuple[str, str, Reason | None]:
        match = _match(target)
        if match is None:
            return "", cleaning.path(target), None
        path = cleaning.path(target) if self._rules.is_public(match) else ""
        return cleaning.route(match.route), path, exclusions.of_view(match)


def _match(target: str) -> ResolverMatch | None:
    try:
        return resolve(target)
    except Resolver404:
        return None


def is_page(target: str) -> bool:
    """Whether a path looks like a page rather than a file."""
    found = _EXTENSION.search(target)
    return found is None or found.group(1).lower() in PAGE_EXTENSIONS


class Importer:
    """Imports one log. ``own`` are hosts that count as this site's when they refer."""

    def __init__(self, format_: Format, own: frozenset[str]) -> None:
        self._format = format_
        self._own = own | capture.rules().sites
        self._places = Places()
        self.summary = Summary()

    def read(self, source: BinaryIO, name: str, progress: Callable[[int], Any]) -> Summary:
        """Import a log to its end, from where an earlier run stopped; ``progress`` gets the bytes read each time.

        Each chunk of lines is one transaction together with the number of lines done. Raises Unavailable where the
        database goes away, OSError or EOFError where the file does; what was done stays done.
        """
        lines = _lines(source)
        first = next(lines, None)
        if first is None:
            return self.summary
        log = self._known(first, name)
        done, chunk = log.lines, []
        size = 0
        for number, line in enumerate(_again(first, lines), start=1):
            size += len(line)
            if number <= done:
                self.summary.skipped += 1
            else:
                chunk.append((number, line))
            if len(chunk) == CHUNK_LINES or (not chunk and size > 2**20):
                self._store(log, chunk)
                progress(size)
                chunk, size = [], 0
        self._store(log, chunk)
        progress(size)
        return self.summary

    def _known(self, first: bytes, name: str) -> LogImport:
        digest = hashlib.blake2b(first, digest_size=16).hexdigest()
        log, _new = LogImport.objects.get_or_create(
            digest=digest, defaults={"name": cleaning.plain(name, 255), "at": timezone.now()}
        )
        return log

    def _store(self, log: LogImport, chunk: list[tuple[int, bytes]]) -> None:
        if not chunk:
            return
        records: list[Record] = []
        excluded: Counter[tuple[dt.date, str]] = Counter()
        slots = clock.Slots()
        for number, raw in chunk:
            try:
                line = self._format.read(raw.decode("utf-8", "replace").rstrip("\r\n"))
            except BadLine:
                self._bad(number)
                continue
            found = self.judge(line)
            if isinstance(found, Record):
                records.append(found)
            else:
                excluded[slots[line.at // clock.QUARTER].day, found.value] += 1
        last = chunk[-1][0]
        parcel = Parcel(tuple(records), excluded, id=uuid.uuid5(NAMESPACE, f"{log.digest}:{chunk[0][0]}:{last}"))

        def advance(using: str) -> None:
            LogImport.objects.using(using).filter(pk=log.pk).update(lines=last, at=timezone.now())

        self.summary.add(store.write(parcel, also=advance))
        self.summary.lines += len(chunk)
        for (_day, reason), count in excluded.items():
            self.summary.excluded[reason] += count

    def _bad(self, number: int) -> None:
        self.summary.bad_lines += 1
        if len(self.summary.bad_numbers) < BAD_LINES_LISTED:
            self.summary.bad_numbers.append(number)

    def judge(self, line: Line) -> Record | Reason:
        """Return the record of a line, or why it is no visit; the questions a request is asked, in the same order."""
        page = is_page(line.target)
        reason = exclusions.of_answer(
            line.method,
            line.status,
            "text/html" if page and line.target else "",
            download=False,
            accepts="html" if page else "",
            types=("text/html",),
        )
        if reason is not None:
            return reason
        route, path, reason = self._places.of(line.target)
        if reason is not None:
            return reason
        return Record(
            at=line.at,
            site="",
            route=route,
            path=path if route or line.status < 400 else "",
            method=line.method,
            status=line.status,
            referrer=cleaning.referrer(line.referrer, self._own),
            agent=agents.NOT_LOGGED if line.agent is None else cleaning.agent(line.agent),
            network=cleaning.networks[line.peer],
            visitor="",
        )


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; one longer than `LINE_BYTES` is cut, so that memory stays bounded."""
    while line := source.readline(LINE_BYTES):
        while not line.endswith(b"\n") and len(line) >= LINE_BYTES and (rest := source.readline(LINE_BYTES)):
            if rest.endswith(b"\n"):
                break
        yield line
