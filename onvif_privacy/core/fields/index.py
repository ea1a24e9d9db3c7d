"""A blind index: finding a value without the database knowing it, at the price of a few false candidates."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from onvif_privacy.core.keys import mac

GENERATION_SHIFT = 32


@dataclass(frozen=True)
class BlindIndex:
    """Asks for an index of an encrypted field; ``rows`` is how many rows the table is planned for.

    The index keeps floor(log2 rows) - 1 bits, the most that leaves two expected coincidences: whoever reads the
    table cannot tell which of several rows share a value. A table that outgrew its plan gets a new one, and names the
    old one in ``before`` until job ``rewrap`` has written every row anew, so that searches find both.
    """

    rows: int
    before: int = 0

    @property
    def bits(self) -> int:
        """How many bits of the keyed digest are stored; 1 at least."""
        return max(1, min(GENERATION_SHIFT, self.rows.bit_length() - 2))

    @property
    def plans(self) -> tuple[BlindIndex, ...]:
        """This plan, and the one that rows may still follow."""
        return (self, BlindIndex(self.before)) if self.before else (self,)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Say how a migration writes it."""
        before = {"before": self.before} if self.before else {}
        return "onvif_privacy.core.fields.BlindIndex", [], {"rows": self.rows, **before}

    def value(self, secret: bytes, generation: int, plain: str) -> int:
        """Return what the column holds: one byte of key generation, then the bits of HMAC-SHA256 of ``plain``."""
        digest = mac(secret, plain.encode())
        return generation << GENERATION_SHIFT | int.from_bytes(digest[:4], "big") >> (GENERATION_SHIFT - self.bits)


def normal(text: str) -> str:
    """Return the form in which values are compared: NFC, no space around."""
    return unicodedata.normalize("NFC", text).strip()
