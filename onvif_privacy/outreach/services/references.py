"""References that people can read out: they tell no volume, and a misread character is noticed."""

from __future__ import annotations

import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 after Crockford: no I, L, O and U."""
_RANDOM: Final = 7


def _check(characters: str) -> str:
    """Return the check character (Luhn mod 32)."""
    total, factor = 0, 2
    for character in reversed(characters):
        value = ALPHABET.index(character) * factor
        total += value // 32 + value % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def make(prefix: str) -> str:
    """Return a fresh reference: the prefix, a dash, seven random characters and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return f"{prefix}-{body}{_check(body)}"


def is_one(reference: str) -> bool:
    """Whether a reference was read without a mistake."""
    body = reference.partition("-")[2].upper()
    return len(body) == _RANDOM + 1 and not set(body) - set(ALPHABET) and _check(body[:-1]) == body[-1]
