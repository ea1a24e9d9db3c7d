"""Where attachments lie: sealed before they touch the disk, opened only by who reads them through us."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from onvif_privacy.core.keys import known_key, open_stream, seal_stream, subject_key
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES
from onvif_privacy.enquiries.conf import conf

KEY_USE = "record"  # the enquiry's own


def file_name(enquiry_id: uuid.UUID, attachment_id: uuid.UUID) -> str:
    """Return the name under which a file lies: nothing of the name that somebody gave it."""
    return f"{enquiry_id.hex}/{attachment_id.hex}.sealed"


_OURS = re.compile(r"([0-9a-f]{32})/([0-9a-f]{32})\.sealed")


def _place(name: str) -> tuple[uuid.UUID, tuple[str, ...]] | None:
    """Return whose key seals a file, and what it is bound to: moved elsewhere, it does not open.

    None for a name that `file_name` never gave: somebody else's file, which is left as it is.
    """
    found = _OURS.fullmatch(name)
    if found is None:
        return None
    owner = uuid.UUID(hex=found[1])
    return owner, ("enquiries", "file", str(uuid.UUID(hex=found[2])), str(owner))


class SealedStorage(Storage):
    """Seals what is saved and opens what is read, over the storage that ``STORAGE`` names.

    Opening raises KeyDestroyed once the enquiry has ended, SealBroken for what was changed, cut or moved.
    """

    @property
    def inner(self) -> Storage:
        """The storage that holds the bytes."""
        return storages[conf.STORAGE]

    def _save(self, name: str, content: File[Any]) -> str:
        found = _place(name)
        if found is None:
            return self.inner.save(name, content)
        owner, place = found
        key = subject_key(owner, KEY_USE)
        sealed = seal_stream(content.chunks(), key=key.secret, key_id=key.id, place=place)
        return self.inner.save(name, ContentFile(b"".join(sealed)))

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        found = _place(name)
        if found is None:
            return self.inner.open(name, mode)
        owner, place = found
        with self.inner.open(name) as file:
            sealed: Iterable[bytes] = [file.read()]
        (whole,) = sealed
        key = known_key(owner, KEY_USE, bytes(whole[1 : 1 + KEY_ID_BYTES]))
        return ContentFile(b"".join(open_stream(sealed, key=key.secret, place=place)), name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Keep the name: it holds two random ids, and the seal is bound to them."""
        return name

    def exists(self, name: str) -> bool:
        return self.inner.exists(name)

    def delete(self, name: str) -> None:
        self.inner.delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self.inner.listdir(path)

    def size(self, name: str) -> int:
        return self.inner.size(name)


def sealed_storage() -> SealedStorage:
    """Return the storage of attachments."""
    return SealedStorage()
