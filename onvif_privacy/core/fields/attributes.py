"""The attribute of an encrypted field on an instance, and what it takes for empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.query_utils import DeferredAttribute

from onvif_privacy.core.fields.sealed import Sealed, opener

if TYPE_CHECKING:
    from onvif_privacy.core.fields.base import EncryptedField


class SealedAttribute(DeferredAttribute):
    """The attribute of an encrypted field: plaintext inside a gate scope that may read it, else `Sealed`."""

    field: EncryptedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if not isinstance(value, Sealed) or instance is None:
            return value
        scope = opener.get()
        return value if scope is None else scope.attribute(instance, self.field.placed(instance, value))

    def __set__(self, instance: Any, value: Any) -> None:
        scope = opener.get()
        # refresh_from_db() copies by reading and setting attributes: in a scope it would leave plaintext behind.
        before = None if scope is None else scope.unread(instance, self.field, value)
        instance.__dict__[self.field.attname] = value if before is None else before


class EmptyValues(list[Any]):
    """Empty values of a field, asked without comparing a sealed value with text."""

    def __contains__(self, value: object) -> bool:
        return not isinstance(value, Sealed) and super().__contains__(value)
