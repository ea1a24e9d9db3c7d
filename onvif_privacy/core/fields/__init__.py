"""Encrypted model fields: sealed under a key of the person they belong to, bound to their row, opened by the gate."""

from onvif_privacy.core.fields import loading  # noqa: F401 - connects its signals by being imported
from onvif_privacy.core.fields.base import EncryptedField, encrypted_fields
from onvif_privacy.core.fields.columns import IndexColumn, RowKeyField
from onvif_privacy.core.fields.index import BlindIndex
from onvif_privacy.core.fields.kinds import (
    EncryptedBinaryField,
    EncryptedDateField,
    EncryptedEmailField,
    EncryptedIntegerField,
    EncryptedJsonField,
    EncryptedTextField,
)
from onvif_privacy.core.fields.sealed import LookupRefused, Place, PurposeRequired, RowRequired, Sealed
from onvif_privacy.core.fields.statement import StatementField, statement_fields

__all__ = [
    "BlindIndex",
    "EncryptedBinaryField",
    "EncryptedDateField",
    "EncryptedEmailField",
    "EncryptedField",
    "EncryptedIntegerField",
    "EncryptedJsonField",
    "EncryptedTextField",
    "IndexColumn",
    "LookupRefused",
    "Place",
    "PurposeRequired",
    "RowKeyField",
    "RowRequired",
    "Sealed",
    "StatementField",
    "encrypted_fields",
    "statement_fields",
]
