"""The log as it lies in its storage: files of lines, each chained to the one before and signed by a MAC of the ring.

A file is named by the numbers of its first and last line and never changed, since many storages cannot append.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from onvif_privacy.core import keys
from onvif_privacy.core.ledger import canonical
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import LogLine

NAME = re.compile(r"(\d{12})-(\d{12})\.jsonl")


class LogBroken(Exception):
    """A line is missing, was changed, or belongs to another database; says which number."""


@dataclass(frozen=True)
class Line:
    """One line: what happened to whom, when, and the marks by which they are found."""

    number: int
    source: str
    kind: str
    subjects: tuple[str, ...]
    purpose: str
    at: str
    marks: tuple[str, ...]
    key: str
    previous: str
    mac: str

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.at)


def _mac(body: dict[str, Any]) -> str:
    return keys.mac(keys.derive("mac", "erasure-log", key_id=body["key"]), canonical(body)).hex()


def written(body: dict[str, Any], previous: str) -> str:
    """Return a line as it is stored, bound to the one before. Raises KeyRingError."""
    whole = {**body, "previous": previous}
    return canonical({**whole, "mac": _mac(whole)}).decode()


def read(words: str, number: int) -> Line:
    """Return the line that these words are; raises LogBroken where they are not what this site wrote as ``number``."""
    try:
        body = json.loads(words)
        mac = body.pop("mac")
        good = body["number"] == number and hmac.compare_digest(mac, _mac(body))
        found = Line(**{**body, "subjects": tuple(body["subjects"]), "marks": tuple(body["marks"])}, mac=mac)
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    except keys.KeyRingError as error:
        raise LogBroken(f"line {number} needs a key that the ring lacks: {error}") from None
    if not good:
        raise LogBroken(f"line {number} is not as it was written")
    return found


def storage() -> Storage:
    """Return where the log lies."""
    return storages[conf.LOG]


def files() -> list[tuple[int, int, str]]:
    """Return first number, last number and name of each file, in order."""
    try:
        names = storage().listdir("")[1]
    except FileNotFoundError:
        return []
    found = (NAME.fullmatch(name) for name in names)
    return sorted((int(one[1]), int(one[2]), one[0]) for one in found if one)


def last_number() -> int:
    """Return the number of the last line that lies in the storage; 0 for none."""
    return max((last for _first, last, _name in files()), default=0)


def _words(name: str) -> list[str]:
    with storage().open(name) as file:
        return [line for line in file.read().decode().split("\n") if line]


def lines(*, after: int = 0, previous: str | None = None) -> Iterator[Line]:
    """Yield the lines after a number, in order, each checked against the one before; raises LogBroken.

    ``previous`` is the MAC that the first of them must be bound to, where it is known.
    """
    expected = after + 1
    for first, last, name in files():
        if last < expected:
            continue
        if first > expected:
            raise LogBroken(f"line {expected} is missing")
        for offset, words in enumerate(_words(name)[expected - first :]):
            line = read(words, expected)
            if previous is not None and line.previous != previous:
                raise LogBroken(f"line {first + offset} does not follow the one before")
            yield line
            previous, expected = line.mac, expected + 1
        if expected != last + 1:
            raise LogBroken(f"line {expected} is missing")


def write(rows: Iterable[LogLine]) -> None:
    """Write lines, in the order of their numbers, as one file; the rest of one that a killed process left is replaced.

    Raises OSError, or what else the storage raises; the next run writes again then.
    """
    found = list(rows)
    if not found:
        return
    name = f"{found[0].number:012d}-{found[-1].number:012d}.jsonl"
    content = "".join(f"{one.words}\n" for one in found)
    if storage().exists(name):
        storage().delete(name)
    saved = storage().save(name, ContentFile(content.encode()))
    if saved != name:
        storage().delete(saved)
        raise OSError(f"The log already has lines from {found[0].number} on.")


def whole(rows: dict[int, LogLine]) -> bool:
    """Whether the newest file holds what the database says; False where a killed process left only its beginning.

    Raises LogBroken where it says something else.
    """
    newest = max(files(), key=lambda one: one[1], default=None)
    if newest is None:
        return True
    first, last, name = newest
    if not all(number in rows for number in range(first, last + 1)):
        return True  # the database has forgotten some: those are read, not written
    content = "".join(f"{rows[number].words}\n" for number in range(first, last + 1))
    with storage().open(name) as file:
        stored = file.read().decode(errors="replace")
    if stored == content:
        return True
    if content.startswith(stored):
        return False
    raise LogBroken(f"line {first} or one after it is not what the database knows")
