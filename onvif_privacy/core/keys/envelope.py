"""The sealed form of a value: AES-256-GCM, bound to the place it was written for."""

from __future__ import annotations

import secrets

from onvif_privacy.core.keys.primitives import NONCE_BYTES, TAG_BYTES, SealBroken, decrypt, encrypt

VERSION = b"\x01"
KEY_ID_BYTES = 8


def context(parts: tuple[str, ...]) -> bytes:
    """Return a place as authenticated data."""
    # Length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))


def seal(plaintext: bytes, *, key: bytes, key_id: bytes, place: tuple[str, ...]) -> bytes:
    """Return ``0x01 | key id (8) | nonce (12) | ciphertext and tag``, authenticated with ``place``.

    ``place`` is table, column, row and subject: a value moved elsewhere does not open.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = VERSION + key_id.ljust(KEY_ID_BYTES, b"\0")
    return head + nonce + encrypt(plaintext, key=key, nonce=nonce, bound=head + context(place))


def open_sealed(envelope: bytes, *, key: bytes, place: tuple[str, ...]) -> bytes:
    """Return the plaintext; raises SealBroken for anything but an untouched value in its own place."""
    head, rest = envelope[: 1 + KEY_ID_BYTES], envelope[1 + KEY_ID_BYTES :]
    if head[:1] != VERSION or len(rest) < NONCE_BYTES + TAG_BYTES:
        raise SealBroken("The sealed value cannot be opened.")
    return decrypt(rest[NONCE_BYTES:], key=key, nonce=rest[:NONCE_BYTES], bound=head + context(place))


def key_id_of(envelope: bytes) -> bytes:
    """Return the key id that a sealed value names."""
    return envelope[1 : 1 + KEY_ID_BYTES]
