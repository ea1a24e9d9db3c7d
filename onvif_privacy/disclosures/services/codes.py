"""Codes that are told by another way than the link: what is stored of them does not open anything."""

from __future__ import annotations

from onvif_privacy.core.keys import derive
from onvif_privacy.core.keys.primitives import mac


def code_of(words: str) -> str:
    """Return what is stored of a code: its keyed hash (64 hex digits)."""
    return mac(derive("disclosures", "code"), words.encode()).hex()
