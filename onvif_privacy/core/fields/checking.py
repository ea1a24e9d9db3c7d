"""What an encrypted field needs of its model, and whether a sealed value still stands where it was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from onvif_privacy.core.fields.columns import RowKeyField
from onvif_privacy.core.fields.sealed import RowRequired, Sealed
from onvif_privacy.core.keys import SealBroken, known_key
from onvif_privacy.core.keys.envelope import key_id_of

if TYPE_CHECKING:
    from onvif_privacy.core.fields.base import EncryptedField


def row_field(model: type[models.Model]) -> models.Field[Any, Any] | None:
    """Return the field that names a row before it is inserted: a UUID primary key, else a `RowKeyField`."""
    key = model._meta.pk
    if isinstance(key, models.UUIDField):
        return key
    for field in model._meta.concrete_fields:
        if isinstance(field, RowKeyField):
            return field
    return None


def owner_field(field: EncryptedField) -> models.Field[Any, Any]:
    """Return the field that ``subject`` names; raises FieldDoesNotExist."""
    found = field.model._meta.get_field(field.subject or "")
    if not isinstance(found, models.Field):
        raise FieldDoesNotExist(field.subject)
    return found


def owned_by_subject(field: EncryptedField) -> bool:
    """Whether ``subject`` leads to a person, and not to a record with a key of its own."""
    if field.subject is None:
        return False
    owner = owner_field(field)
    return isinstance(owner, models.ForeignKey) and owner.related_model is apps.get_model("onvif_privacy", "Subject")


def instead(field: EncryptedField) -> str:
    """Say which call finds rows by this field."""
    if field.index:
        return f"gate.find({field.model.__name__}.objects.all(), {field.name}=…) inside a gate.scope()"
    return "scope.read() and compare there, or give the field index=BlindIndex(rows=…)"


def stays(field: EncryptedField, instance: Any, value: Sealed) -> None:
    """Refuse a sealed value that was sealed for another row or owner; raises RowRequired."""
    place = field.place_of(instance)
    if value.place is None and place is not None and place.subject is not None:
        try:
            known_key(place.subject, field.use, key_id_of(value.envelope))
        except SealBroken:
            value = value.at(place.__class__(place.table, place.column, place.row, None))
        else:
            return
    if value.place is not None and value.place != place:
        raise RowRequired(
            f"{field.label} was sealed for another row or owner. "
            "Read it in a gate.scope() and assign the plaintext, or use subjects.merge()."
        )


def problems(field: EncryptedField) -> list[checks.CheckMessage]:
    """Return E040 (no row id or no owner on the row) and E041 (unique, or in the ordering)."""
    found: list[checks.CheckMessage] = []
    if row_field(field.model) is None:
        hint = "Make the primary key a UUIDField(default=uuid.uuid4), or add row_key = RowKeyField() to the model."
        found.append(checks.Error(f"{field.label} has no row id to be sealed for.", hint, field, "onvif_privacy.E040"))
    if field.subject is not None and not _owner_is_usable(field):
        hint = 'Name a foreign key to "onvif_privacy.Subject" or to a model with a UUID primary key, or None.'
        words = f"{field.label}: subject={field.subject!r} names no owner on this row."
        found.append(checks.Error(words, hint, field, "onvif_privacy.E040"))
    options = field.model._meta
    together = [*options.unique_together, *options.constraints]
    named = [name for one in together for name in (one if isinstance(one, tuple) else getattr(one, "fields", ()))]
    ordering = [str(one).lstrip("-") for one in options.ordering or ()]
    if field.unique or field.name in named or field.name in ordering:
        hint = "Ciphertext differs each time: it can be neither unique nor ordered."
        words = f"{field.label} is encrypted and stands in unique or ordering."
        found.append(checks.Error(words, hint, field, "onvif_privacy.E041"))
    return found


def _owner_is_usable(field: EncryptedField) -> bool:
    try:
        owner = owner_field(field)
    except FieldDoesNotExist:
        return False
    if isinstance(owner, models.ForeignKey):
        options = getattr(owner.related_model, "_meta", None)  # a name that leads nowhere is Django's to report
        return isinstance(getattr(options, "pk", None), models.UUIDField)
    return owner.primary_key and isinstance(owner, models.UUIDField)
