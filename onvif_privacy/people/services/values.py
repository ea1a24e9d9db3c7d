"""The form in which contact details are kept: one spelling for what is one address or number."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.text import find_cards, host

EMAIL_LENGTH: Final = 254
_TYPED = re.compile(r"[0-9 +().\-/]{5,25}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def storable(value: str) -> str:
    """Return text without space around; raises ValidationError for characters that no name or address has."""
    if _CONTROLS.search(value) or _BIDI.search(value):
        raise ValidationError(_("Please leave out control characters."), code="control")
    return value.strip()


def no_card(value: str) -> None:
    """Refuse a text that holds a payment card number."""
    if find_cards(value):
        raise ValidationError(
            _("This looks like the number of a payment card. Please do not enter one here."), code="card"
        )


def normal_email(value: str) -> str:
    """Return an e-mail address with its domain in ASCII and lower case, the part before it as it was typed.

    Raises ValidationError for what is no address.
    """
    local, at, domain = storable(value).rpartition("@")
    name = host(domain) if at else None
    wrong = ValidationError(_("Enter a valid e-mail address."), code="invalid")
    if name is None or len(f"{local}@{name}") > EMAIL_LENGTH:
        raise wrong
    try:
        validate_email(f"{local}@{name}")
    except ValidationError:
        raise wrong from None
    return f"{local}@{name}"


def has_phone_rules() -> bool:
    """Whether the extra ``phone`` is installed."""
    return find_spec("phonenumbers") is not None


def normal_phone(value: str, country: str = "") -> str:
    """Return a telephone number as it is kept: E.164 where that is known, else as it was typed.

    ``country`` (ISO 3166) is where a number without ``+`` is dialled; the organisation's if none is given. Raises
    ValidationError for what can be no number.
    """
    typed = storable(value)
    wrong = ValidationError(_("Enter a telephone number: digits, spaces and + ( ) . - / only."), code="invalid")
    if not _TYPED.fullmatch(typed) or sum(char.isdigit() for char in typed) < 5 or "+" in typed[1:]:
        raise wrong
    if has_phone_rules():
        return _by_rules(typed, country or house.COUNTRY, wrong)
    return f"+{re.sub(r'[^0-9]', '', typed.replace('(0)', ''))}" if typed.startswith("+") else typed


def _by_rules(typed: str, country: str, wrong: ValidationError) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, country.upper() or None)
    except phonenumbers.NumberParseException:
        if typed.startswith("+") or country:
            raise wrong from None
        return typed  # nobody said where it is dialled
    if not phonenumbers.is_possible_number(number):
        raise wrong
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def shown_phone(value: str) -> str:
    """Return a kept number as people of the organisation's country read it."""
    if not value.startswith("+") or not has_phone_rules():
        return value
    import phonenumbers

    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    at_home = phonenumbers.region_code_for_number(number) == house.COUNTRY.upper()
    kind = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, kind.NATIONAL if at_home else kind.INTERNATIONAL))
