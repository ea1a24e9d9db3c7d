"""Of which kind a column of a package is, from the Django field it is captured from."""

from __future__ import annotations

from typing import Any, Final

from django.db import models

from onvif_privacy.core import fields as encrypted

_KINDS_OF: Final[tuple[tuple[type[models.Field[Any, Any]], str], ...]] = (
    # all encrypted fields are binary columns: before them
    (encrypted.EncryptedDateField, "date"),
    (encrypted.EncryptedIntegerField, "integer"),
    (encrypted.EncryptedJsonField, "json"),
    (encrypted.EncryptedBinaryField, "binary"),
    (encrypted.EncryptedTextField, "text"),
    (models.DateTimeField, "datetime"),  # before its base class
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.BooleanField, "boolean"),
    (models.DecimalField, "decimal"),
    (models.DurationField, "decimal"),
    (models.FloatField, "number"),
    (models.IntegerField, "integer"),
    (models.BinaryField, "binary"),
    (models.JSONField, "json"),
)


def kind_of(field: models.Field[Any, Any]) -> str:
    """Return the kind of a Django field; what is none of the others is text."""
    return next((kind for base, kind in _KINDS_OF if isinstance(field, base)), "text")
