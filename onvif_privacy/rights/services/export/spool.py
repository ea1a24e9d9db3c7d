"""A temporary file that only this process can read: what was gathered once is printed twice, as JSON and as pages."""

from __future__ import annotations

import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from types import TracebackType

from onvif_privacy.core.keys import open_stream, seal_stream

PLACE = ("rights", "spool")
READ_BYTES = 64 * 1024
MOST_BYTES = 1024 * 1024  # that are unpacked at once: what repeats itself is a thousand times smaller when packed


class Spool:
    """Lines of text, compressed and sealed under a key that lives as long as this object.

    Constant memory whatever the number of lines, and nothing readable on the disk if the process dies.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="onvif_privacy_")  # noqa: SIM115 - closed by __exit__
        self._key = secrets.token_bytes(32)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, lines: Iterable[bytes]) -> None:
        """Take every line, without its end; once."""
        for part in seal_stream(_packed(lines), key=self._key, key_id=b"", place=PLACE):
            self._file.write(part)
        self._file.flush()

    def read(self) -> Iterator[bytes]:
        """Yield the lines again, from the first, as often as wanted."""
        self._file.seek(0)
        rest = b""
        for part in _unpacked(open_stream(iter(lambda: self._file.read(READ_BYTES), b""), key=self._key, place=PLACE)):
            *whole, rest = (rest + part).split(b"\n")
            yield from whole


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    pack, held = zlib.compressobj(1), bytearray()
    for line in lines:
        held += line
        held += b"\n"
        if len(held) >= READ_BYTES:
            yield pack.compress(held)
            held.clear()
    yield pack.compress(held) + pack.flush()


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    for part in parts:
        rest = part
        while rest:
            yield unpack.decompress(rest, MOST_BYTES)
            rest = unpack.unconsumed_tail
    yield unpack.flush()
