"""What the verbs of this room raise."""

from __future__ import annotations


class PeopleError(Exception):
    """Base of what this room refuses; nothing is stored then."""


class TooMany(PeopleError):
    """Somebody keeps as many rows of a kind as the room takes."""


class ProofRefused(PeopleError):
    """A link that should prove an address is old, was used for another value, or was never made here."""
