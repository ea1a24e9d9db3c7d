"""Form fields that do not show a sealed value: they stay empty, and an empty answer keeps what is stored."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields.sealed import Sealed


class _SealedInput(forms.Field):
    """Mixed into the ordinary form field of a kind."""

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        """Say, where the stored value is sealed, that an empty answer keeps it."""
        bound = super().get_bound_field(form, field_name)
        if isinstance(bound.initial, Sealed):
            self.required = False
            self.widget.attrs["placeholder"] = _("stored, not shown; leave empty to keep it")
        return bound

    def prepare_value(self, value: Any) -> Any:
        return None if isinstance(value, Sealed) else super().prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        if isinstance(initial, Sealed):
            return data not in self.empty_values
        return super().has_changed(initial, data)


@cache
def sealed_input(kind: type[forms.Field]) -> type[forms.Field]:
    """Return the form field ``kind`` made safe for sealed values."""
    return type(f"Sealed{kind.__name__}", (_SealedInput, kind), {"__module__": __name__})
