"""The three primitives everything stands on, each in the one size we use: AES-256-GCM, HKDF- and HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16


class SealBroken(Exception):
    """A sealed value was changed, moved, or sealed under another key. It says no more than that."""


def _cipher(key: bytes, nonce: bytes) -> AESGCM:
    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes and a nonce {NONCE_BYTES}.")
    return AESGCM(key)


def encrypt(plain: bytes, *, key: bytes, nonce: bytes, bound: bytes) -> bytes:
    """Return AES-256-GCM ciphertext and tag, authenticated with ``bound``; raises ValueError for any other size."""
    return _cipher(key, nonce).encrypt(nonce, plain, bound)


def decrypt(sealed: bytes, *, key: bytes, nonce: bytes, bound: bytes) -> bytes:
    """Undo `encrypt`; raises SealBroken for anything else than it returned, ValueError for any other size."""
    try:
        return _cipher(key, nonce).decrypt(nonce, sealed, bound)
    except InvalidTag:
        raise SealBroken("The sealed value cannot be opened.") from None


def decrypting(key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    """Return `decrypt` under one key, for many values: ``(nonce, sealed, bound)``. It holds the key while it lives."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    cipher = AESGCM(key)

    def opened(nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        try:
            return cipher.decrypt(nonce, sealed, bound)
        except InvalidTag:
            raise SealBroken("The sealed value cannot be opened.") from None

    return opened


def hkdf(secret: bytes, info: bytes, *, salt: bytes | None = None, length: int = KEY_BYTES) -> bytes:
    """Derive bytes by HKDF-SHA256 (RFC 5869); raises ValueError for more than 8,160 of them."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def mac(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104)."""
    return hmac.digest(key, message, hashlib.sha256)
