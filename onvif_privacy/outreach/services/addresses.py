"""Addresses as they are compared, and the keyed hash that stands for one where none may be kept."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from onvif_privacy.core import keys, text

LABEL: Final = "suppression"
LENGTH: Final = 32  # 128 bits: short enough for a link, far too many to meet by chance


def normal(address: str) -> str:
    """Return an address in the one form that is hashed: NFKC, lower case, its domain as the network spells it."""
    folded = unicodedata.normalize("NFKC", address.strip()).casefold()
    local, _at, domain = folded.rpartition("@")
    return f"{local}@{text.host(domain) or domain}"


@dataclass(frozen=True)
class Hasher:
    """Makes hashes of addresses with every generation of the secret; load it once for many addresses."""

    secrets: tuple[tuple[int, bytes], ...]

    @classmethod
    def load(cls) -> Hasher:
        """Read the secrets, the newest first. One query."""
        return cls(tuple((one.generation, one.derive("address")) for one in keys.label(LABEL)))

    def every(self, address: str) -> list[str]:
        """Return the hashes of an address under all generations, the newest first."""
        spelt = normal(address).encode()
        return [f"{generation:03d}.{keys.mac(secret, spelt).hex()[:LENGTH]}" for generation, secret in self.secrets]

    def of(self, address: str) -> str:
        """Return the hash of an address under the newest generation."""
        return self.every(address)[0]
