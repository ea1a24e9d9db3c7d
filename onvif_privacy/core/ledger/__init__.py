"""Append-only evidence. Entries are written in the transaction of the change they prove; sealing follows later."""

from onvif_privacy.core.ledger.canonical import NotCanonical, canonical
from onvif_privacy.core.ledger.entries import (
    NotInTransaction,
    PayloadRefused,
    Record,
    opened,
    record,
    record_all,
    release,
)

__all__ = [
    "NotCanonical",
    "NotInTransaction",
    "PayloadRefused",
    "Record",
    "canonical",
    "opened",
    "record",
    "record_all",
    "release",
]
