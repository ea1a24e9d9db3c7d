"""Form fields for what people give, with the tokens by which browsers fill them in (WCAG 2.2, criterion 1.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.services import countries
from onvif_privacy.people.services.values import EMAIL_LENGTH, no_card, normal_email, normal_phone, storable

# HTML standard, section "autofill"; "off" where it has no word
TOKENS: Final[Mapping[str, str]] = {
    "name": "name",
    "given_name": "given-name",
    "family_name": "family-name",
    "organisation": "organization",
    "language": "language",
    "email": "email",
    "phone": "tel",
    "line1": "address-line1",
    "line2": "address-line2",
    "line3": "address-line3",
    "dependent_locality": "address-level3",
    "locality": "address-level2",
    "region": "address-level1",
    "postcode": "postal-code",
    "country": "country",
}
LABELS: Final[Mapping[str, str | LazyText]] = {
    "name": _("Name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "organisation": _("Organisation"),
    "language": _("Language"),
    "email": _("E-mail address"),
    "phone": _("Telephone number"),
}
WHY: Final[Mapping[str, str | LazyText]] = {
    "name": _("How we address you."),
    "given_name": _("How we address you."),
    "family_name": _("How we address you."),
    "organisation": _("Whom you act for."),
    "language": _("In which language we write to you."),
    "email": _("Where we write to you about this."),
    "phone": _("Where we reach you if something has to be settled at once."),
    "billing": _("Where the invoice goes."),
    "shipping": _("Where we deliver to."),
    "home": _("Where you live."),
    "work": _("Where you work."),
}
CONTACT_USES: Final = ("home", "work", "mobile")
LENGTH: Final = 200


def tokens(field: str, *, section: str = "", block: str = "", use: str = "") -> str:
    """Return the value of ``autocomplete``: section, billing or shipping, home, work or mobile, field, in this order.

    The word for home, work or mobile is allowed before e-mail and telephone only.
    """
    if field not in TOKENS:
        return "off"
    parts = [
        f"section-{section}" if section else "",
        block if block in ("billing", "shipping") else "",
        use if use in CONTACT_USES and field in ("email", "phone") else "",
        TOKENS[field],
    ]
    return " ".join(part for part in parts if part)


class PersonText(forms.CharField):
    """A line of text about a person: no control characters, no number of a payment card."""

    default_validators = [no_card]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LENGTH, **kwargs})

    def to_python(self, value: Any) -> str:
        """Return the text without space around."""
        return storable(super().to_python(value) or "")


class EmailText(PersonText):
    """An e-mail address in the form in which it is kept."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": EMAIL_LENGTH, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the address with its domain in ASCII."""
        found: str = super().clean(value)
        return normal_email(found) if found else ""


class PhoneText(PersonText):
    """A telephone number in the form in which it is kept; ``country`` is where one without ``+`` is dialled."""

    widget = forms.TextInput
    country = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})
        self.widget.input_type = "tel"
        self.widget.attrs["inputmode"] = "tel"

    def clean(self, value: Any) -> str:
        """Return the number, E.164 where that is known."""
        found: str = super().clean(value)
        return normal_phone(found, self.country) if found else ""


class CountryChoice(forms.ChoiceField):
    """A country by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", _("– choose –")), *countries.choices()], **kwargs)

    def to_python(self, value: Any) -> str:
        """Take a code in lower case, too."""
        found: str = super().to_python(value)
        return found.upper()


def optional(label: str | LazyText, required: bool) -> str:
    """Return a label that says "optional" in words where nothing is required."""
    return str(label) if required else str(_("%(label)s (optional)") % {"label": label})


def person_field(name: str, required: bool) -> forms.Field:
    """Make the field for something about the person themselves."""
    kinds = {"email": EmailText, "phone": PhoneText}
    return kinds.get(name, PersonText)(label=optional(LABELS[name], required), required=required)


def required_error() -> ValidationError:
    """Return the error of a field that has to be filled in here."""
    return ValidationError(forms.Field.default_error_messages["required"], code="required")
