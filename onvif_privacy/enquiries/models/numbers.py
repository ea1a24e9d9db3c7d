"""Numbers of enquiries: ``PE-`` and eight characters that tell no volume and in which a misread one is noticed."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
RANDOM_LENGTH = 7  # 35 bits
REF_LENGTH = 11
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_WRITTEN = re.compile(r"PE[\s\-]{0,3}([0-9A-Z]{8})(?![0-9A-Z])", re.IGNORECASE)


def check_character(body: str) -> str:
    """Return the check character of a number: Luhn's rule, mod 32, so each changed or swapped neighbour shows."""
    total, size = 0, len(ALPHABET)
    for position, char in enumerate(reversed(body)):
        value = ALPHABET.index(char) * (1 if position % 2 else 2)
        total += value // size + value % size
    return ALPHABET[-total % size]


def new_ref() -> str:
    """Return a new number."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(RANDOM_LENGTH))
    return f"PE-{body}{check_character(body)}"


def normal_ref(words: str) -> str | None:
    """Return the number that somebody typed, however they wrote it; None for what is none."""
    found = refs_in(words.strip()[:40])
    return found[0] if len(found) == 1 else None


def refs_in(words: str) -> list[str]:
    """Return each valid number in a text, once, in order."""
    found = list[str]()
    for match in _WRITTEN.finditer(words):
        body = match[1].upper().translate(_READ_AS)
        if all(char in ALPHABET for char in body) and check_character(body[:-1]) == body[-1]:
            found.append(f"PE-{body}")
    return list(dict.fromkeys(found))
