"""The encrypted fields that a model uses."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.validators import validate_email
from django.utils.dateparse import parse_date

from onvif_privacy.core.fields.base import EncryptedField
from onvif_privacy.core.fields.forms import sealed_input
from onvif_privacy.core.fields.index import normal


class EncryptedTextField(EncryptedField):
    """Text of any length."""

    empty: ClassVar[Any] = ""

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise self.invalid()
        return value.encode()

    def decode(self, plain: bytes) -> str:
        return plain.decode()

    def indexable(self, value: Any) -> str:
        return normal(str(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": sealed_input(forms.CharField), "widget": forms.Textarea, **kwargs})


class EncryptedEmailField(EncryptedTextField):
    """An e-mail address. A search ignores case, and letters that mail programs treat as equal (NFKC)."""

    default_validators = [validate_email]

    def indexable(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", normal(str(value))).casefold()

    def formfield(self, **kwargs: Any) -> Any:
        return EncryptedField.formfield(self, **{"form_class": sealed_input(forms.EmailField), **kwargs})


class EncryptedDateField(EncryptedField):
    """A date without time."""

    def encode(self, value: Any) -> bytes:
        found = value if isinstance(value, date) and not isinstance(value, datetime) else None
        if isinstance(value, str):
            try:
                found = parse_date(value)
            except ValueError:
                found = None
        if found is None:
            raise self.invalid()
        return found.isoformat().encode()

    def decode(self, plain: bytes) -> date:
        return date.fromisoformat(plain.decode())

    def indexable(self, value: Any) -> str:
        return self.encode(value).decode()

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": sealed_input(forms.DateField), **kwargs})


class EncryptedIntegerField(EncryptedField):
    """A whole number of any size."""

    def encode(self, value: Any) -> bytes:
        try:
            if isinstance(value, bool) or not isinstance(value, (int, str)):
                raise self.invalid()
            return str(int(value)).encode()
        except ValueError:
            raise self.invalid() from None

    def decode(self, plain: bytes) -> int:
        return int(plain)

    def indexable(self, value: Any) -> str:
        return self.encode(value).decode()

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": sealed_input(forms.IntegerField), **kwargs})


class EncryptedJsonField(EncryptedField):
    """Anything JSON can say. No index: it has no one form to compare."""

    def encode(self, value: Any) -> bytes:
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError):
            raise self.invalid() from None

    def decode(self, plain: bytes) -> Any:
        return json.loads(plain)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": sealed_input(forms.JSONField), **kwargs})


class EncryptedBinaryField(EncryptedField):
    """Bytes. Not editable, as in Django."""

    empty: ClassVar[Any] = b""

    def __init__(self, *args: Any, subject: str | None, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, subject=subject, **kwargs)

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise self.invalid()
        return bytes(value)

    def decode(self, plain: bytes) -> bytes:
        return plain
