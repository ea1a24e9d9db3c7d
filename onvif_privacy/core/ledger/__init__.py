"""Append-only evidence: written with the change it proves, sealed in signed Merkle batches, checked by anyone."""

from onvif_privacy.core.ledger.audit import Problem, against, problems
from onvif_privacy.core.ledger.canonical import NotCanonical, canonical
from onvif_privacy.core.ledger.entries import (
    NotInTransaction,
    PayloadRefused,
    Record,
    opened,
    opening,
    record,
    record_all,
    release,
)
from onvif_privacy.core.ledger.export import Checkpoint, checkpoint, export, public_keys
from onvif_privacy.core.ledger.forgetting import forget
from onvif_privacy.core.ledger.seals import SealConflict, Sealed, proof, seal

__all__ = [
    "Checkpoint",
    "NotCanonical",
    "NotInTransaction",
    "PayloadRefused",
    "Problem",
    "Record",
    "SealConflict",
    "Sealed",
    "against",
    "canonical",
    "checkpoint",
    "export",
    "forget",
    "opened",
    "opening",
    "problems",
    "proof",
    "public_keys",
    "record",
    "record_all",
    "release",
    "seal",
]
