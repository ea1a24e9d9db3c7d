"""Other people's bad data, read from the folder that ``ONVIF_PRIVACY_CORPORA`` names.

A test asks for a corpus by name and gets every case of it::

    for address in corpora.lines("open-redirect"):      # bytes
    for text in corpora.texts("naughty-strings"):       # str
    for case in corpora.objects("url"):                 # dict
    for name, body in corpora.files("json-parsing"):    # file name, bytes

Without the folder the test skips and names its corpus; with ``ONVIF_PRIVACY_REQUIRE=corpora`` a missing folder or an
unexpected number of cases fails instead. Files are read as bytes and nothing is normalised, because many are not UTF-8
and some lack a last line end on purpose.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

Case = TypeVar("Case")

VARIABLE = "ONVIF_PRIVACY_CORPORA"


@dataclass(frozen=True)
class Corpus:
    """One file or folder of the corpora, and how many cases a test must insist on."""

    path: str
    cases: int
    form: str  # lines, texts (JSON strings), objects (JSON objects), files, calls
    comments: bytes = b""  # what the lines that are no cases start with


CORPORA = {
    "access-log": Corpus("access-log/apache.log", 10_000, "lines"),
    "control-bytes": Corpus("fuzzdb/control-chars/HexValsAllBytes.txt", 256, "lines"),
    "consistency": Corpus("merkle/consistency", 98, "files"),
    "crawlers": Corpus("crawlers/crawler-user-agents.json", 1_497, "objects"),
    "crlf": Corpus("crlf/crlfinjection.txt", 17, "lines"),
    "csv": Corpus("csv-injection/csv-payload.txt", 6, "lines"),
    "domains": Corpus("wpt-url/IdnaTestV2.json", 2_671, "objects"),
    "domains-ascii": Corpus("wpt-url/toascii.json", 87, "objects"),
    "email-invalid": Corpus("fuzzdb/email/invalid-email-addresses.txt", 27, "lines"),
    "email-valid": Corpus("fuzzdb/email/valid-email-addresses.txt", 33, "lines"),
    "format-strings": Corpus("fuzzdb/format-strings/format-strings.txt", 67, "lines"),
    "http-cache": Corpus("fuzzdb/http-protocol/http-header-cache-poison.txt", 2, "lines", b"# "),
    "http-crlf": Corpus("fuzzdb/http-protocol/crlf-injection.txt", 20, "lines", b"# "),
    "http-parameters": Corpus("fuzzdb/http-protocol/hpp.txt", 37, "lines", b"# "),
    "inclusion": Corpus("merkle/inclusion", 98, "files"),
    "json-parsing": Corpus("json-test-suite/test_parsing", 316, "files"),
    "naughty-strings": Corpus("naughty-strings/blns.json", 515, "texts"),
    "nul-bytes": Corpus("fuzzdb/control-chars/NullByteRepresentations.txt", 62, "lines"),
    "open-redirect": Corpus("open-redirect/Open-Redirect-payloads.txt", 240, "lines"),
    "open-redirect-parameters": Corpus("open-redirect/openredirects.txt", 67, "lines"),
    "percent-encoding": Corpus("wpt-url/percent-encoding.json", 7, "objects"),
    "personal-data": Corpus("presidio-research/synth_dataset_v2.json", 1_500, "objects"),
    "public-suffix": Corpus("public-suffix/test_psl.txt", 78, "calls"),
    "terminal": Corpus("fuzzdb/control-chars/terminal-escape-codes.txt", 3, "lines"),
    "unicode-corrupted": Corpus("fuzzdb/unicode/corrupted.txt", 5, "lines"),
    "unicode-naughty": Corpus("fuzzdb/unicode/naughty-unicode.txt", 15, "lines"),
    "unicode-rtl": Corpus("fuzzdb/unicode/right-to-left.txt", 5, "lines"),
    "url": Corpus("wpt-url/urltestdata.json", 891, "objects"),
}


def folder() -> Path | None:
    """Return the folder of the corpora; None when the variable is unset or leads nowhere."""
    value = os.environ.get(VARIABLE, "")
    return Path(value) if value and Path(value).is_dir() else None


def path(name: str) -> Path:
    """Return where a corpus lies, for code that reads files itself; skips the test when it is not there."""
    home = folder()
    place = home / CORPORA[name].path if home else None
    if place is None or not place.exists():
        pytest.skip(f"corpus {name}: set {VARIABLE} to the folder with {CORPORA[name].path}")
    return place


def lines(name: str) -> list[bytes]:
    """Return the payloads of a corpus of lines, untouched but for their line end; empty lines are not cases."""
    return _counted(name, list(_lines(CORPORA[name], path(name))))


def texts(name: str) -> list[str]:
    """Return the strings of a JSON corpus, lone surrogates included."""
    return _counted(name, list(json.loads(path(name).read_bytes())))


def objects(name: str) -> list[dict[str, Any]]:
    """Return the objects of a JSON corpus; the strings between them are comments."""
    return _counted(name, [case for case in json.loads(path(name).read_bytes()) if isinstance(case, dict)])


def files(name: str) -> list[tuple[str, bytes]]:
    """Return name below the folder and content of each file, in the order of the names."""
    home = path(name)
    found = sorted(item for item in home.rglob("*") if item.is_file())
    return _counted(name, [(item.relative_to(home).as_posix(), item.read_bytes()) for item in found])


def calls(name: str) -> list[tuple[str | None, str | None]]:
    """Return input and expected result of each ``checkPublicSuffix`` call."""
    pattern = re.compile(r"^checkPublicSuffix\((null|'[^']*'), (null|'[^']*')\);", re.MULTILINE)
    found = pattern.findall(path(name).read_text("utf-8"))
    return _counted(name, [(_unquoted(given), _unquoted(expected)) for given, expected in found])


def problems() -> Iterator[str]:
    """Yield one sentence for each corpus that is missing or has another number of cases than expected."""
    home = folder()
    if home is None:
        yield f"{VARIABLE} is not set to a folder"
        return
    readers = {"lines": lines, "texts": texts, "objects": objects, "files": files, "calls": calls}
    for name, corpus in CORPORA.items():
        if not (home / corpus.path).exists():
            yield f"corpus {name}: {home / corpus.path} is missing"
            continue
        try:
            readers[corpus.form](name)
        except AssertionError as error:
            yield str(error)


def _lines(corpus: Corpus, place: Path) -> Iterator[bytes]:
    for line in place.read_bytes().split(b"\n"):
        payload = line.removesuffix(b"\r")
        if payload and not (corpus.comments and payload.startswith(corpus.comments)):
            yield payload


def _unquoted(value: str) -> str | None:
    return None if value == "null" else value.strip("'")


def _counted(name: str, cases: list[Case]) -> list[Case]:
    expected = CORPORA[name].cases
    assert len(cases) == expected, f"corpus {name}: {len(cases)} cases instead of {expected}"
    return cases
