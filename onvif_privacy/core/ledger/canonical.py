"""The one canonical form of evidence: a subset of RFC 8785, frozen by golden vectors."""

from __future__ import annotations

import base64
import json
import re
import unicodedata

KEY = re.compile(r"[a-z0-9_]+")
LIMIT = 2**53


class NotCanonical(ValueError):
    """The value has no canonical form: a float, a surrogate, text that is not NFC, a key or type outside the subset."""


def _check(value: object, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) >= LIMIT:
            raise NotCanonical(f"{path}: integer outside 2^53")
    elif isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value) or not unicodedata.is_normalized("NFC", value):
            raise NotCanonical(f"{path}: text is not NFC or holds a surrogate")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _check(item, f"{path}[{position}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not KEY.fullmatch(key):
                raise NotCanonical(f"{path}: key outside [a-z0-9_]+")
            _check(item, f"{path}.{key}")
    else:
        raise NotCanonical(f"{path}: {type(value).__name__} has no canonical form")


def base64url(raw: bytes) -> str:
    """Return bytes as base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def canonical(value: object) -> bytes:
    """Return the canonical bytes: UTF-8 JSON, keys sorted, no white space. Raises NotCanonical."""
    _check(value, "$")
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
