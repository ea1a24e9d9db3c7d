"""A temporary file that only this process can read: what was gathered once is printed twice, as JSON and as pages."""

from __future__ import annotations

import json
import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

from onvif_privacy.core.keys import open_stream, seal_stream

PLACE = ("rights", "spool")
READ_BYTES = 64 * 1024


class Spool:
    """Lines of JSON, compressed and sealed under a key that lives as long as this object.

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

    def write(self, lines: Iterable[Any]) -> None:
        """Take every line; once."""
        for part in seal_stream(_packed(lines), key=self._key, key_id=b"", place=PLACE):
            self._file.write(part)
        self._file.flush()

    def read(self) -> Iterator[Any]:
        """Yield the lines again, from the first, as often as wanted."""
        self._file.seek(0)
        unpack, rest = zlib.decompressobj(), b""
        for part in open_stream(iter(lambda: self._file.read(READ_BYTES), b""), key=self._key, place=PLACE):
            *whole, rest = (rest + unpack.decompress(part)).split(b"\n")
            yield from (json.loads(line) for line in whole)


def _packed(lines: Iterable[Any]) -> Iterator[bytes]:
    pack = zlib.compressobj(1)
    for line in lines:
        if part := pack.compress(json.dumps(line, ensure_ascii=False).encode() + b"\n"):
            yield part
    yield pack.flush()
