"""A tar written front to back: ustar, mode 0644, owner 0, one time for every file."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from datetime import datetime
from typing import Final

BLOCK: Final = 512
END: Final = b"\0" * (2 * BLOCK)


class Archive:
    """Yields the bytes of each file that is added, and remembers its SHA-256 and size."""

    def __init__(self, root: str, at: datetime) -> None:
        self.root = root
        self.seconds = int(at.timestamp())
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def add(self, path: str, content: bytes) -> Iterator[bytes]:
        """Yield header, content and padding of one file; raises ValueError for a path that ustar cannot hold."""
        if path in self.digests:
            raise ValueError(f"{path} stands in the archive twice.")
        self.digests[path], self.sizes[path] = hashlib.sha256(content).hexdigest(), len(content)
        head = tarfile.TarInfo(f"{self.root}/{path}")
        head.size, head.mtime, head.mode = len(content), self.seconds, 0o644
        yield head.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
        yield content
        yield b"\0" * (-len(content) % BLOCK)

    def manifest(self, *, payload: bool) -> bytes:
        """Return the manifest of everything below ``data/``, or of everything else that was added so far."""
        found = (
            f"{digest}  {path}\n"
            for path, digest in sorted(self.digests.items())
            if path.startswith("data/") == payload
        )
        return "".join(found).encode("ascii")
