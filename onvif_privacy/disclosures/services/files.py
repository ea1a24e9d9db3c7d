"""Sealed files: documents, snapshots, packages. Nothing readable touches a disk, and a file ends with its key."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.files.storage import Storage, storages

from onvif_privacy.core.files import Parts
from onvif_privacy.core.keys import SealBroken, destroy, known_key, open_stream, seal_stream, subject_key
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES
from onvif_privacy.disclosures.conf import conf

USE = "record"


@dataclass(frozen=True)
class Stored:
    """What was stored: under which name, of how many bytes, and the SHA-256 of what went in."""

    name: str
    size: int
    sha256: str


def storage() -> Storage:
    """Return where everything lies."""
    return storages[conf.STORAGE]


def _place(kind: str, owner: uuid.UUID, name: str) -> tuple[str, ...]:
    return ("disclosures", kind, str(owner), name)


def save(parts: Iterable[bytes], *, kind: str, owner: uuid.UUID) -> Stored:
    """Seal parts under the key of a record as they come, and store them; a name is known before the first byte."""
    key, wanted = subject_key(owner, USE), f"{uuid.uuid4().hex}.sealed"
    size, digest = 0, hashlib.sha256()

    def counted() -> Iterator[bytes]:
        nonlocal size
        for part in parts:
            size += len(part)
            digest.update(part)
            yield part

    sealed = seal_stream(counted(), key=key.secret, key_id=key.id, place=_place(kind, owner, wanted))
    name = wanted
    try:
        name = storage().save(wanted, Parts(sealed))
        if name != wanted:
            raise OSError("The storage gave a file another name than it was sealed for.")
    except BaseException:
        storage().delete(name)
        raise
    return Stored(name, size, digest.hexdigest())


def read(name: str, *, kind: str, owner: uuid.UUID) -> Iterator[bytes]:
    """Yield what was stored, each part after it was checked.

    Raises SealBroken for a changed or cut file, KeyDestroyed once it has ended, FileNotFoundError.
    """
    with storage().open(name) as file:
        head = file.read(1 + KEY_ID_BYTES)
        if len(head) <= KEY_ID_BYTES:
            raise SealBroken("The sealed stream cannot be opened.")
        key = known_key(owner, USE, bytes(head[1:]))
        file.seek(0)
        yield from open_stream(file.chunks(), key=key.secret, place=_place(kind, owner, name))


def remove(name: str) -> None:
    """Delete a file; raises OSError where the storage still holds it."""
    if not name:
        return
    storage().delete(name)
    if storage().exists(name):
        raise OSError("The storage still holds a file that was deleted.")


def end(name: str, *, owner: uuid.UUID) -> None:
    """Destroy the key of a record, then its file: unreadable from then on, in backups too."""
    destroy(owner, USE)
    remove(name)
