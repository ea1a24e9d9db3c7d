"""The sealed form of a value: AES-256-GCM, bound to the place it was written for."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from onvif_privacy.core.keys.primitives import NONCE_BYTES, TAG_BYTES, SealBroken, decrypt, decrypting, encrypt

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


HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


def opening(key: bytes, head: bytes, before: tuple[str, ...], after: tuple[str, ...]) -> Callable[[bytes, str], bytes]:
    """Return `open_sealed` for many values under one key: ``(envelope, part)`` opens at ``(*before, part, *after)``.

    ``head`` is what all of these envelopes begin with: version and key id. What the values share is worked out once.
    """
    decrypt = decrypting(key)
    begin, end, nonce_at = head + context(before), context(after), HEAD_BYTES + NONCE_BYTES

    def opened(envelope: bytes, part: str) -> bytes:
        if envelope[:HEAD_BYTES] != head or head[:1] != VERSION or len(envelope) < nonce_at + TAG_BYTES:
            raise SealBroken("The sealed value cannot be opened.")
        raw = part.encode()
        bound = begin + len(raw).to_bytes(4, "big") + raw + end
        return decrypt(envelope[HEAD_BYTES:nonce_at], envelope[nonce_at:], bound)

    return opened
