"""Sealing files of any size in constant memory: chunks that cannot be cut, reordered or moved elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from onvif_privacy.core.keys.envelope import KEY_ID_BYTES, context
from onvif_privacy.core.keys.primitives import TAG_BYTES, SealBroken, decrypt, encrypt, hkdf

STREAM_VERSION = b"\x02"
SALT_BYTES = 32
CHUNK_BYTES = 64 * 1024
HEAD_BYTES = len(STREAM_VERSION) + KEY_ID_BYTES + SALT_BYTES


def _key_of(key: bytes, head: bytes) -> bytes:
    # A key of its own for each stream, so a counter is a safe nonce and no key seals many messages.
    return hkdf(key, b"onvif_privacy v1|stream", salt=head[-SALT_BYTES:])


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _pieces(source: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces of exactly ``size`` bytes, and the last, shorter or empty one, marked."""
    held = bytearray()
    for part in source:
        held += part
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True


def seal_stream(source: Iterable[bytes], *, key: bytes, key_id: bytes, place: tuple[str, ...]) -> Iterator[bytes]:
    """Yield ``0x02 | key id (8) | salt (32)`` and then AES-256-GCM chunks of 64 KiB and their tags.

    The nonce of a chunk is its number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
    Rogaway and Vizár, 2015), so that cutting, repeating and reordering are refused.
    """
    head = STREAM_VERSION + key_id.ljust(KEY_ID_BYTES, b"\0") + secrets.token_bytes(SALT_BYTES)
    own, bound = _key_of(key, head), head + context(place)
    yield head
    for number, (piece, last) in enumerate(_pieces(source, CHUNK_BYTES)):
        yield encrypt(piece, key=own, nonce=_nonce(number, last), bound=bound)


def open_stream(source: Iterable[bytes], *, key: bytes, place: tuple[str, ...]) -> Iterator[bytes]:
    """Yield the plaintext of `seal_stream`, each chunk after it was checked.

    Raises SealBroken at the first chunk that is not in its place, and at the end of a stream that was cut: only a
    stream read to its end is whole.
    """
    pieces = _pieces(_after_head(source, found := bytearray()), CHUNK_BYTES + TAG_BYTES)
    for number, (piece, last) in enumerate(pieces):
        head = bytes(found)
        if len(head) < HEAD_BYTES or head[:1] != STREAM_VERSION:
            raise SealBroken("The sealed stream cannot be opened.")
        if number == 0:
            own, bound = _key_of(key, head), head + context(place)
        yield decrypt(piece, key=own, nonce=_nonce(number, last), bound=bound)


def _after_head(source: Iterable[bytes], head: bytearray) -> Iterator[bytes]:
    for part in source:
        missing = HEAD_BYTES - len(head)
        head += part[:missing] if missing > 0 else b""
        yield part[missing:] if missing > 0 else part
