"""The tag files of a bag, read strictly: declaration, manifests, what was to be fetched, and facts about the bag."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

VERSIONS: Final = ((0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0))
MANIFEST: Final = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_ENTRY: Final = re.compile(r"([0-9A-Fa-f]{32,128})[ \t]+(\S.*)")
_FETCH: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*://\S+)[ \t]+(\d+|-)[ \t]+(\S.*)")
_LABEL: Final = re.compile(r"[^\s:][^:]*:")
_LINE_ENDS: Final = re.compile(r"\r\n|\n|\r")

Version = tuple[int, int]


def _lines(raw: bytes, encoding: str) -> list[str]:
    """Return the lines of a tag file; raises UnicodeError. Only CR, LF and both end a line."""
    return [line for line in _LINE_ENDS.split(raw.decode(encoding)) if line]


def declared(raw: bytes | None) -> tuple[Version | None, str, list[str]]:
    """Return version and encoding that ``bagit.txt`` declares, and what is wrong with it."""
    if raw is None:
        return None, "", ["there is no bagit.txt"]
    try:
        lines = _lines(raw, "utf-8")
    except UnicodeError:
        return None, "", ["bagit.txt is not UTF-8"]
    version = re.fullmatch(r"BagIt-Version: (\d+)\.(\d+)", lines[0] if lines else "")
    encoding = re.fullmatch(r"Tag-File-Character-Encoding: (\S+)", lines[1] if len(lines) > 1 else "")
    number = (int(version[1]), int(version[2])) if version else None
    if len(lines) != 2 or number not in VERSIONS or encoding is None:
        return None, "", ["bagit.txt does not declare a version and an encoding that we know"]
    try:
        name = codecs.lookup(encoding[1]).name
    except LookupError:
        return None, "", ["bagit.txt declares an encoding that we do not know"]
    return number, name, []


def _path(written: str, version: Version) -> str:
    """Return the path that a manifest means: line ends are written encoded, since 1.0 percent signs, too."""
    path = re.sub(
        "%0A", "\n", re.sub("%0D", "\r", written.removeprefix("./"), flags=re.IGNORECASE), flags=re.IGNORECASE
    )
    return path.replace("%25", "%") if version >= (1, 0) else path


def listed(raw: bytes, encoding: str, version: Version) -> tuple[dict[str, str], list[str]]:
    """Return the digest (lower case) of each path in a manifest, and what is wrong with its lines."""
    found: dict[str, str] = {}
    try:
        lines = _lines(raw, encoding)
    except UnicodeError:
        return {}, ["is not in the declared encoding"]
    wrong = []
    for number, line in enumerate(lines, 1):
        match = _ENTRY.fullmatch(line)
        if match is None:
            wrong.append(f"line {number} cannot be read")
            continue
        path = _path(match[2], version)
        if path in found:
            wrong.append(f"line {number} names {path} again")
        found[path] = match[1].lower()
    return found, wrong


def fetched(raw: bytes | None, encoding: str) -> Iterator[str]:
    """Yield what is wrong with ``fetch.txt``. Nothing is fetched: a bag is complete when all its files are there."""
    if raw is None:
        return
    try:
        lines = _lines(raw, encoding)
    except UnicodeError:
        yield "fetch.txt is not in the declared encoding"
        return
    for number, line in enumerate(lines, 1):
        match = _FETCH.fullmatch(line)
        path = match[3].removeprefix("./") if match else ""
        if not path.startswith("data/") or {"..", "."} & set(path.split("/")):
            yield f"fetch.txt: line {number} does not lead into data"


def info_problems(raw: bytes | None, encoding: str, version: Version, oxum: str) -> Iterator[str]:
    """Yield what is wrong with ``bag-info.txt``; ``oxum`` is octets and files of the payload as they were counted."""
    if raw is None:
        return
    try:
        lines = _lines(raw, encoding)
    except UnicodeError:
        yield "the facts about the bag are not in the declared encoding"
        return
    said = []
    for number, line in enumerate(lines, 1):
        if line[0] in " \t" and number > 1:
            continue
        if _LABEL.match(line) is None:
            yield f"line {number} of the facts about the bag is no label and value"
        label, _colon, value = line.partition(":")
        if label.strip().lower() == "payload-oxum":
            said.append(value.strip())
    if any(one != oxum for one in said) or (len(said) > 1 and version >= (1, 0)):
        yield "Payload-Oxum is not what was counted"
