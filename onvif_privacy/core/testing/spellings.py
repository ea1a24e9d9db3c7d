"""The ways a word can be written, and a finder that knows them all, also inside what is compressed or encoded."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

SHORTEST_BYTES = 8  # anything shorter is found by chance
DEPTH = 3  # a gzip in a base64 in a zlib
UNPACKED_BYTES = 64 * 1024 * 1024
MARK = "Qanary"  # what our own canaries begin with

_ZIP = b"PK\x03\x04"
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){16,}")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")

Needle = tuple[str, str, bytes, bool]
"""Name of the word, spelling, what to look for, and whether its case counts."""


def _base64(word: bytes) -> Iterator[bytes]:
    """Yield what stays the same of a word in base64, at each of its three alignments and in both alphabets."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word)
        first, cut = (0, 2, 3)[before], (0, 3, 2)[(before + len(word)) % 3]
        stable = encoded[first : len(encoded) - cut]
        yield stable
        yield stable.replace(b"+", b"-").replace(b"/", b"_")


def spellings(word: str) -> dict[str, set[bytes]]:
    """Return the byte strings that a word can stand as, by the name of the spelling."""
    plain = word.encode()
    named = {
        "UTF-8": {plain},
        "UTF-16": {word.encode("utf-16-le"), word.encode("utf-16-be")},
        "base64": {*_base64(plain)},
        "hex": {binascii.hexlify(plain)},
        "URL": {quote(word, safe="").encode(), quote_plus(word).encode(), b"".join(b"%%%02X" % one for one in plain)},
        "HTML": {
            html.escape(word).encode(),
            html.escape(word, quote=False).encode(),
            word.encode("ascii", "xmlcharrefreplace"),
            html.escape(word).encode("ascii", "xmlcharrefreplace"),
            "".join(f"&#{ord(one)};" for one in word).encode(),
            "".join(f"&#x{ord(one):x};" for one in word).encode(),
        },
        "JSON": {
            json.dumps(word)[1:-1].encode(),
            json.dumps(word, ensure_ascii=False)[1:-1].encode(),
            "".join(f"\\u{int.from_bytes(unit, 'big'):04x}" for unit in _units(word)).encode(),
        },
    }
    return {name: {one for one in found if name == "UTF-8" or one != plain} for name, found in named.items()}


def _units(word: str) -> Iterator[bytes]:
    encoded = word.encode("utf-16-be")
    return (encoded[place : place + 2] for place in range(0, len(encoded), 2))


def _needles(words: Mapping[str, str]) -> Iterator[Needle]:
    for name, word in words.items():
        for spelling, needles in spellings(word).items():
            exact = spelling == "base64"
            yield from ((name, spelling, needle if exact else needle.lower(), exact) for needle in needles)


class Finder:
    """Finds words in bytes; upper and lower case are one, but in base64.

    ``words`` by name, each of at least 8 bytes. Raises ValueError for a shorter one.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        for name, word in words.items():
            if len(word.encode()) < SHORTEST_BYTES:
                raise ValueError(f"The canary {name!r} is too short: {SHORTEST_BYTES} bytes at least.")
        # The mark of our own is looked for first, so that bytes far from it are read once and not for each word.
        self._marked = list(_needles({name: word for name, word in words.items() if word.startswith(MARK)}))
        self._others = list(_needles({name: word for name, word in words.items() if not word.startswith(MARK)}))
        self._marks = list(_needles({MARK: MARK}))
        self._longest = max((len(needle) for _name, _spelling, needle, _exact in self._marked), default=0)

    def _plain(self, blob: bytes) -> Iterator[tuple[str, str]]:
        folded = blob.lower()
        yield from _standing_in(blob, folded, self._others)
        if self._marked:
            near = self._near_a_mark(blob, folded)
            yield from _standing_in(near, near.lower(), self._marked)

    def _near_a_mark(self, blob: bytes, folded: bytes) -> bytes:
        """Return what of ``blob`` can hold a word of our own: it begins with the mark in the same spelling."""
        starts = sorted(
            match.start()
            for _name, _spelling, mark, exact in self._marks
            for match in re.finditer(re.escape(mark), blob if exact else folded)
        )
        spans: list[tuple[int, int]] = []
        for start in starts:
            if spans and start <= spans[-1][1]:
                spans[-1] = spans[-1][0], start + self._longest
            else:
                spans.append((start, start + self._longest))
        return joined(blob[begin:end] for begin, end in spans)

    def look(self, blob: bytes, depth: int = DEPTH) -> set[tuple[str, str]]:
        """Return name and spelling of every word in ``blob`` and in whatever is packed or encoded in it."""
        found = set(self._plain(blob))
        if depth:
            for how, inner in _together(unpacked(blob)):
                found |= {(name, f"{spelling} in {how}") for name, spelling in self.look(inner, depth - 1)}
        return found


def _standing_in(blob: bytes, folded: bytes, needles: Iterable[Needle]) -> Iterator[tuple[str, str]]:
    for name, spelling, needle, exact in needles:
        if needle in (blob if exact else folded):
            yield name, spelling


def _together(pieces: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Join what was encoded alike: thousands of short pieces are looked through as one.

    Not what holds something compressed, of which only the beginning may be there.
    """
    alike: dict[str, list[bytes]] = {}
    for how, inner in pieces:
        if _ZIP in inner or _PACKED.search(inner):
            yield how, inner
        else:
            alike.setdefault(how, []).append(inner)
    for how, inners in alike.items():
        yield how, joined(inners)


def unpacked(blob: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield everything compressed, zipped, or encoded in base64 or hex that begins somewhere in ``blob``."""
    if (start := blob.find(_ZIP)) >= 0:
        yield from _members(blob[start:])
    for match in _PACKED.finditer(blob):
        how, bits = ("gzip", 31) if blob[match.start()] == 0x1F else ("zlib", 15)
        try:
            inner = zlib.decompressobj(bits).decompress(blob[match.start() :], UNPACKED_BYTES)
        except zlib.error:
            continue
        if inner:
            yield how, inner
    for token in _BASE64.finditer(blob):
        text = token.group().translate(_TO_STANDARD)
        yield "base64", base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"==")
    for token in _HEX.finditer(blob):
        yield "hex", binascii.unhexlify(token.group())


def _members(blob: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            for member in archive.infolist():
                yield "zip", member.filename.encode() + b"\n" + archive.read(member)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):  # damaged, or behind a password
        return


def joined(values: Iterable[bytes]) -> bytes:
    """Return values as one blob in which none runs into the next."""
    return b"\n\0".join(values)
