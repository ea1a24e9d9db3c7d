"""The fields of one address, as its country wants them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.forms.fields import CountryChoice, PersonText, optional, required_error, tokens
from onvif_privacy.people.services.postal import Rules, rules


class Block:
    """One address of a form: billing, shipping, home or work. Field names begin with its name and ``_``."""

    def __init__(self, name: str, *, required: bool, country: str, section: str = "", named: bool = True) -> None:
        self.name, self.required, self.country, self.section = name, required, country, section
        self.rules: Rules = rules(country)
        self.names = ["country", *(("name", "organisation") if named else ()), *self.rules.fields]

    def needs(self, name: str) -> bool:
        """Whether an address of this country is none without the field."""
        return name == "country" or name in self.rules.required

    def key(self, name: str) -> str:
        """Return the name of the form field."""
        return f"{self.name}_{name}"

    def fields(self) -> dict[str, forms.Field]:
        """Make the form fields, in their order, the country first because it decides about the others."""
        found: dict[str, forms.Field] = {}
        for name in self.names:
            label, must = optional(self.rules.labels[name], self.needs(name)), self.required and self.needs(name)
            field = CountryChoice(label=label, required=must) if name == "country" else self._text(name, label, must)
            field.widget.attrs["autocomplete"] = tokens(name, section=self.section, block=self.name)
            found[self.key(name)] = field
        return found

    def _text(self, name: str, label: str, required: bool) -> forms.Field:
        if name == "postcode":
            return PersonText(label=label, required=required, max_length=20)
        return PersonText(label=label, required=required)

    def values(self, cleaned: dict[str, Any]) -> dict[str, str]:
        """Return what was filled in, by field of an address; empty where nothing but a country was."""
        found = {name: cleaned.get(self.key(name)) or "" for name in self.names}
        return found if any(value for name, value in found.items() if name != "country") else {}

    def problems(self, form: forms.BaseForm) -> dict[str, ValidationError]:
        """Return what an address of this country lacks, by form field."""
        values, found = self.values(form.cleaned_data), {}
        if not values:
            return {}
        for name in self.names:
            if self.needs(name) and not values[name] and self.key(name) not in form.errors:
                found[self.key(name)] = required_error()
        code = values.get("postcode", "")
        if code and not self.rules.is_postcode(code):
            words = _("This is no %(label)s there; one looks like %(example)s.")
            about = {"label": self.rules.labels["postcode"], "example": self.rules.example}
            found[self.key("postcode")] = ValidationError(words, code="postcode", params=about)
        return found
