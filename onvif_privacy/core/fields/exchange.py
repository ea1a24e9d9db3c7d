"""What a field gives to forms, validation and fixtures, and takes from them: never a plaintext it holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from onvif_privacy.core.fields.sealed import RowRequired, Sealed

if TYPE_CHECKING:  # generic to the type checker only
    BinaryField = models.BinaryField[Any, Any]
else:
    BinaryField = models.BinaryField

DUMPED = "sealed:"


class ExchangedField(BinaryField):
    """Base of `EncryptedField`: its plaintext as bytes, and its way through forms and dumps."""

    @property
    def label(self) -> str:
        """``app.Model.field``."""
        return f"{self.model._meta.label}.{self.name}"

    def is_empty(self, value: Any) -> bool:
        """Whether there is nothing to seal."""
        return value is None or (isinstance(value, (str, bytes)) and not value)

    def encode(self, value: Any) -> bytes:
        """Return the bytes of a plaintext; raises ValidationError."""
        raise NotImplementedError

    def decode(self, plain: bytes) -> Any:
        """Return the plaintext of what `encode` made."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """Take back what a dump holds; plaintext stays plaintext."""
        if isinstance(value, str) and value.startswith(DUMPED):
            return Sealed(self, base64.urlsafe_b64decode(value.removeprefix(DUMPED)))  # type: ignore[arg-type]
        return value

    def clean(self, value: Any, model_instance: Any) -> Any:
        """Validate a plaintext; a sealed value was valid when it was sealed."""
        if isinstance(value, Sealed):
            return value
        if not self.is_empty(value):
            value = self.decode(self.encode(value))
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

    def value_to_string(self, obj: Any) -> str:
        """Return the envelope, so that a dump holds no plaintext even inside a scope."""
        value = DeferredAttribute.__get__(getattr(type(obj), self.attname), obj)
        if isinstance(value, Sealed):
            return DUMPED + base64.urlsafe_b64encode(value.envelope).decode()
        if self.is_empty(value):
            return ""
        raise RowRequired(f"{self.label} is not saved yet.")

    def save_form_data(self, instance: Any, data: Any) -> None:
        """Keep a sealed value where a form, which could not show it, brings nothing back."""
        if self.is_empty(data) and isinstance(getattr(instance, self.attname), Sealed):
            return
        super().save_form_data(instance, data)

    def invalid(self) -> ValidationError:
        """Return the error for a value of the wrong type; it does not repeat the value."""
        return ValidationError(f"{self.name}: this is not a value of this field.", code="invalid")
