"""Encrypts and decrypts much in a process of its own; prints what that took. Run as ``python -m``, with MiB."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pyrage

django.setup()

from onvif_privacy.disclosures.services.sealing import encrypted  # noqa: E402

MIB = 1024 * 1024


def written_bytes() -> int:
    """How many bytes this process has written by any system call, into files and elsewhere."""
    return int(Path("/proc/self/io").read_text().split("wchar: ")[1].split()[0])


def peak_mib() -> int:
    """Most memory that this program had at once (a child's ``ru_maxrss`` begins with that of its parent)."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024


class Source:
    """A file to read from an iterator."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.held = pieces, b""

    def read(self, size: int) -> bytes:
        """Read at most so much."""
        self.held = self.held or next(self.pieces, b"")
        found, self.held = self.held[:size], self.held[size:]
        return found


class Sink:
    """A file to write into that keeps the digest only."""

    def __init__(self) -> None:
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Take some."""
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Keep nothing back."""


def main(mib: int) -> dict[str, object]:
    """Send so many MiB through both directions at once."""
    identity, plain, sink = pyrage.x25519.Identity.generate(), hashlib.sha256(), Sink()

    def source() -> Iterator[bytes]:
        for number in range(mib):
            piece = hashlib.shake_256(number.to_bytes(8, "big")).digest(4096) * (MIB // 4096)
            plain.update(piece)
            yield piece

    before = written_bytes()
    pyrage.decrypt_io(Source(encrypted(source(), str(identity.to_public()))), sink, [identity])
    return {
        "same": sink.digest.digest() == plain.digest() and sink.size == mib * MIB,
        "written": written_bytes() - before,
        "resident_mib": peak_mib(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))))
