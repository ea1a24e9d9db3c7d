"""Sealing a value at its place, and the padding that keeps SQL ``LENGTH()`` from telling names apart."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from onvif_privacy.core.fields.sealed import Place
from onvif_privacy.core.keys import OpeningKeys, SealBroken, derive, open_sealed, ring, seal, subject_key
from onvif_privacy.core.keys.envelope import HEAD_BYTES, key_id_of
from onvif_privacy.core.keys.envelope import opening as open_many

LENGTH_BYTES = 4
BLOCK_BYTES, SENSITIVE_BLOCK_BYTES = 32, 256


def padded(plain: bytes, block: int) -> bytes:
    """Return ``length (4) | plain | zeros``, a multiple of ``block`` bytes long."""
    whole = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
    return whole + b"\0" * (-len(whole) % block)


def unpadded(whole: bytes) -> bytes:
    """Undo `padded`."""
    length = int.from_bytes(whole[:LENGTH_BYTES], "big")
    return whole[LENGTH_BYTES : LENGTH_BYTES + length]


def _row_key(place: Place, ring_key: str) -> bytes:
    return derive("row", place.table, place.column, str(place.row), key_id=ring_key)


def seal_at(place: Place, plain: bytes, *, use: str, block: int = BLOCK_BYTES) -> bytes:
    """Return the envelope of a value under its subject's key for ``use``, or under the row key.

    Raises KeyDestroyed for a subject that was erased, KeyRingError.
    """
    if place.subject is None:
        ring_key = ring().active("data").id
        key, key_id = _row_key(place, ring_key), bytes.fromhex(ring_key)
    else:
        secret = subject_key(place.subject, use)
        key, key_id = secret.secret, secret.id
    return seal(padded(plain, block), key=key, key_id=key_id, place=place.parts)


def open_at(place: Place, envelope: bytes, keys: OpeningKeys) -> bytes:
    """Return the plaintext of an envelope that was sealed for exactly this place.

    Raises SealBroken for anything else, KeyDestroyed, or KeyRingError where the ring lacks a key.
    """
    key_id = key_id_of(envelope)
    if place.subject is None:
        if not any(key.id == key_id.hex() and key.use == "data" for key in ring().keys):
            raise SealBroken("The sealed value cannot be opened.")
        key = _row_key(place, key_id.hex())
    else:
        secret = keys.get(place.subject, key_id)
        if secret is None:
            raise SealBroken("The sealed value cannot be opened.")
        key = secret.secret
    return unpadded(open_sealed(envelope, key=key, place=place.parts))


def opening(keys: OpeningKeys) -> Callable[[Place, bytes], bytes]:
    """Return `open_at` for many values of one column: the key of a subject is asked for once, and lives as long."""
    known: dict[tuple[uuid.UUID, bytes], Callable[[bytes, str], bytes]] = {}

    def opened(place: Place, envelope: bytes) -> bytes:
        if place.subject is None:  # a key for each row
            return open_at(place, envelope, keys)
        name = place.subject, envelope[:HEAD_BYTES]
        if name not in known:
            secret = keys.get(place.subject, key_id_of(envelope))
            if secret is None:
                raise SealBroken("The sealed value cannot be opened.")
            known[name] = open_many(secret.secret, name[1], (place.table, place.column), (str(place.subject),))
        return unpadded(known[name](envelope, str(place.row)))

    return opened
