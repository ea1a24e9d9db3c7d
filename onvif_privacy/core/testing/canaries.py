"""Canaries: values that stand nowhere else in the world, and a sweep that finds them wherever a site keeps anything."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

from django.conf import settings
from django.db import connections

from onvif_privacy.core.testing import surfaces
from onvif_privacy.core.testing.spellings import MARK, Finder, spellings

Kind = Literal["text", "email", "phone", "number", "date"]


class SweepBlind(AssertionError):
    """A sweep did not find what it had planted itself, so what it did not see proves nothing."""


@dataclass(frozen=True, order=True)
class Sighting:
    """One place where a canary stands: its name, the place, and how it is written there. Never the value."""

    name: str
    place: str
    spelling: str

    def __str__(self) -> str:
        return f"{self.name} stands in {self.place} ({self.spelling})"


class _Listener(logging.Handler):
    """Remembers whatever is logged, with the tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {self.format(record)} {record.__dict__!r}")


@dataclass(frozen=True)
class _Surface:
    """Something to read, and a way to plant in it."""

    name: str
    read: Callable[[], Iterable[surfaces.Blob]]
    plant: Callable[[str], AbstractContextManager[None]]
    proves: bool = True


def _numbered(kind: Kind) -> str:
    if kind == "date":  # of a time that no test uses; 30,000 days
        return (date(1820, 1, 1) + timedelta(days=secrets.randbelow(30_000))).isoformat()
    digits = str(secrets.randbelow(9 * 10**8) + 10**8)
    return f"+4989{digits}" if kind == "phone" else digits


class Canaries:
    """Words to plant in a site, and a sweep that looks for them in all it keeps.

    ``canaries = Canaries(); order.email = canaries.new("mail of A", "email")``, then, after an erasure,
    ``assert canaries.sweep() == []``. ``paths`` are files and folders to read besides. ``unread`` names, after a sweep,
    what could not be looked at.
    """

    def __init__(self, *, paths: Iterable[str | os.PathLike[str]] = ()) -> None:
        self.words: dict[str, str] = {}
        self.paths = tuple(paths)
        self.unread: list[str] = []
        self._listener = _Listener()

    def new(self, name: str, kind: Kind = "text") -> str:
        """Make a canary and return its word: a text, an address at ``canary.invalid``, digits, or an ISO date."""
        if kind in ("text", "email"):
            word = f"{MARK}{secrets.token_hex(8)}" + ("@canary.invalid" if kind == "email" else "")
        else:
            word = _numbered(kind)
        return self.add(name, word)

    def add(self, name: str, word: str) -> str:
        """Look for a word of your own. Raises ValueError for a second one of that name, or fewer than 8 bytes."""
        if name in self.words:
            raise ValueError(f"There is a canary {name!r} already.")
        Finder({name: word})
        self.words[name] = word
        return word

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take part in everything that is logged in the block, at DEBUG; a later sweep reads it, too."""
        loggers: list[logging.Logger] = [logging.root]
        loggers += [
            one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger) and one.name
        ]
        before = {one: one.level for one in loggers}
        deaf = [one for one in loggers if one is logging.root or not one.propagate]
        for one in loggers:
            one.setLevel(logging.DEBUG)
        for one in deaf:
            one.addHandler(self._listener)
        try:
            yield
        finally:
            for one in deaf:
                one.removeHandler(self._listener)
            for one, level in before.items():
                one.setLevel(level)

    def sweep(self, *paths: str | os.PathLike[str]) -> list[Sighting]:
        """Return every place where a canary stands, sorted.

        Reads all databases, storages, caches, sessions, the mail outbox, log files, what was heard while `listening`,
        and the paths given. First it plants a word of its own in each; raises SweepBlind where it does not see it.
        """
        self.unread = []
        probe = f"{MARK}{secrets.token_hex(8)}plant"
        _prove_spellings(probe)
        own, finder = Finder({"plant": probe}), Finder(self.words)
        found: set[Sighting] = set()
        for surface in self._surfaces(*self.paths, *paths):
            try:
                with surface.plant(probe):
                    seen = self._look(surface, own, finder, found)
            except (surfaces.Unread, OSError) as error:
                self.unread.append(f"{surface.name}: {error}")
                continue
            if surface.proves and not seen:
                raise SweepBlind(f"The sweep planted a word in {surface.name} and did not find it.")
        return sorted(found)

    def _look(self, surface: _Surface, own: Finder, finder: Finder, found: set[Sighting]) -> bool:
        """Read one surface; whether the plant was seen."""
        seen = False
        for place, blob in surface.read():
            seen = seen or bool(own.look(blob, depth=1))
            for name, spelling in finder.look(blob) if self.words else ():
                found.add(Sighting(name, f"{surface.name} {self.hidden(place)}", spelling))
        return seen

    def hidden(self, place: str) -> str:
        """Return the name of a place without the words that stand in it, a cache key for one."""
        for name, word in self.words.items():
            place = place.replace(word, f"[{name}]")
        return place

    def _surfaces(self, *paths: str | os.PathLike[str]) -> Iterator[_Surface]:
        for alias in connections:
            yield _Surface(
                "database",
                partial(surfaces.tables, alias),
                partial(surfaces.planted_row, alias),
                proves=alias == surfaces.planted_alias(),
            )
        for name, storage in surfaces.storages().items():
            yield _Surface(f"storage {name}", partial(surfaces.files, storage), partial(surfaces.planted_file, storage))
        for alias in settings.CACHES:
            yield _Surface(
                f"cache {alias}",
                partial(surfaces.cached, alias),
                partial(surfaces.planted_key, alias),
                proves=surfaces.keeps(alias),
            )
        yield _Surface("outbox", surfaces.mails, surfaces.planted_mail, proves=surfaces.has_outbox())
        yield _Surface("log", self._heard, self._logged)
        for place in dict.fromkeys([*surfaces.folders(), *paths]):
            yield _Surface(
                "path",
                partial(surfaces.paths, place),
                partial(surfaces.planted_path, place),
                proves=os.path.isdir(place),
            )

    def _heard(self) -> Iterator[surfaces.Blob]:
        for line in self._listener.lines:
            yield line.partition(" ")[0], line.encode(errors="replace")

    @contextmanager
    def _logged(self, word: str) -> Iterator[None]:
        count = len(self._listener.lines)
        with self.listening():
            logging.getLogger("onvif_privacy.canary").debug("planted %s", word)
        yield
        del self._listener.lines[count:]


def _prove_spellings(word: str) -> None:
    """Make sure that the finder knows every spelling; raises SweepBlind."""
    finder = Finder({"plant": word})
    for spelling, needles in spellings(word).items():
        if not all(finder.look(b"before" + needle + b"after") for needle in needles):
            raise SweepBlind(f"The sweep cannot read {spelling}.")
