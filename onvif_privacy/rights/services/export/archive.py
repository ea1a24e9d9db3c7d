"""The ZIP, written part by part in constant memory, with the SHA-256 of each part in a signed manifest."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db import router

from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Decision, EntrySecret, Subject
from onvif_privacy.core.receipts import issue
from onvif_privacy.rights.models import Request
from onvif_privacy.rights.services import holdings, signing
from onvif_privacy.rights.services.export import pages, printing
from onvif_privacy.rights.services.export.document import Contents, decisions_of, document, text
from onvif_privacy.rights.services.export.gathering import FILE, Gathered, lines
from onvif_privacy.rights.services.export.spool import Spool

TAKE_BYTES = 64 * 1024


class Writable(Protocol):
    """Where an export goes."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""
        ...


@dataclass
class Manifest:
    """What an export holds: SHA-256 (hex) and size of each part, rows by model, bytes in all."""

    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    size: int = 0
    digest: str = ""

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return sum(self.rows.values())


class _Pipe(io.RawIOBase):
    """What `zipfile` writes to; taken out again before it grows. Cannot seek, so sizes stand behind each part."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.held += data
        return len(data)

    def take(self) -> bytes:
        part = bytes(self.held)
        self.held.clear()
        return part


def _receipts(contents: Contents) -> Iterator[tuple[str, Iterable[bytes]]]:
    rows = Decision.objects.using(router.db_for_write(Decision)).select_related("entry", "notice")
    for one in contents.decisions:
        try:
            receipt = issue(rows.get(pk=one["id"]))
        except (KeyDestroyed, EntrySecret.DoesNotExist):  # its evidence has ended
            continue
        yield f"receipts/{receipt.name}", [receipt.file]


def _files(contents: Contents) -> Iterator[tuple[str, Iterable[bytes]]]:
    named = contents.spool.read() if contents.gathered.files else iter(())
    for model, place, name, stored in (json.loads(line[1:]) for line in named if line[:1] == FILE):
        storage = apps.get_model(model)._meta.get_field(name).storage
        try:
            with storage.open(stored) as file:
                yield place, file.chunks()
        except FileNotFoundError:
            yield f"{place}.missing.txt", [b"The storage has no such file any more.\n"]


def _members(contents: Contents) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "export.json", document(contents)
    yield "index.html", pages.index(contents)
    yield from pages.further(contents)
    if document_to_print := printing.printed(contents):
        yield printing.NAME, [document_to_print]
    yield from _files(contents)
    yield from _receipts(contents)


def _part(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces that are worth a call: a row alone is not."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= TAKE_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _written(
    archive: zipfile.ZipFile, pipe: _Pipe, name: str, chunks: Iterable[bytes], into: Manifest
) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    with archive.open(_part(name), "w", force_zip64=True) as part:
        for chunk in _gathered(chunks):
            digest.update(chunk)
            size += len(chunk)
            part.write(chunk)
            if len(pipe.held) >= TAKE_BYTES:
                yield pipe.take()
    into.parts[name] = {"sha256": digest.hexdigest(), "bytes": size}


def produced(subject: Subject, request: Request | None, manifest: Manifest) -> Iterator[bytes]:
    """Yield the bytes of an export and fill ``manifest``; read once, printed from a sealed temporary file."""
    with Spool() as spool:
        gathered = Gathered()
        with holdings.opened(subject) as (scope, who):
            spool.write(lines(scope, who, request, gathered))
            contents = Contents(subject, spool, gathered, decisions_of(who))
        manifest.rows = gathered.rows
        manifest.left_out = sum(gathered.left_out.values())
        yield from _archive(contents, manifest)


def _archive(contents: Contents, manifest: Manifest) -> Iterator[bytes]:
    pipe, whole = _Pipe(), hashlib.sha256()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in _members(contents):
            for part in _written(archive, pipe, name, chunks, manifest):
                whole.update(part)
                manifest.size += len(part)
                yield part
        body = {"made_at": holdings.plain(contents.made_at), "parts": manifest.parts, "rows": manifest.rows}
        archive.writestr(_part("manifest.json"), text(signing.signed(body)))
    last = pipe.take()
    whole.update(last)
    manifest.size += len(last)
    manifest.digest = whole.hexdigest()
    yield last


def stream(*, subject: Subject, sink: Writable, request: Request | None = None) -> Manifest:
    """Write everything about a person into ``sink`` as one ZIP; returns what it holds.

    Words under review are left out, and said so, unless ``request`` brings what staff decided.
    Raises GateClosed, SealBroken, and whatever the sink raises.
    """
    manifest = Manifest()
    for part in produced(subject, request, manifest):
        sink.write(part)
    return manifest
