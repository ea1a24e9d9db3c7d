"""Files that nobody but us may hand out: which storage is private, and bytes that are made while they are stored."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages


class Parts(File):  # type: ignore[type-arg] # not subscriptable at run time
    """Bytes that are made while a storage takes them, by chunks or by size; never all in memory. Read once."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        super().__init__(io.BytesIO(), name="parts")
        self._parts = iter(parts)
        self._rest = b""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the parts as they come."""
        yield from self._parts

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, for storages that read instead."""
        while size < 0 or len(self._rest) < size:
            part = next(self._parts, None)
            if part is None:
                break
            self._rest += part
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    @property
    def size(self) -> int:
        """Nobody knows before the end."""
        return 0


def handed_out_by(alias: str) -> str:
    """Return the setting by which a web server hands out the files of a storage; empty where none does.

    Raises InvalidStorageError or ImportError for a storage that cannot be had.
    """
    storage = storages[alias]
    if alias in ("default", "staticfiles"):
        return f'STORAGES["{alias}"]'
    if isinstance(storage, FileSystemStorage):
        place = Path(str(storage.location)).resolve()
        for name in ("MEDIA_ROOT", "STATIC_ROOT"):
            outer = str(getattr(settings, name) or "")
            if outer and place.is_relative_to(Path(outer).resolve()):
                return name
    return ""


__all__ = ["Parts", "handed_out_by"]
