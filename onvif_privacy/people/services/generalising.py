"""Making an answer less exact within the request: what is exact is never stored.

Source: statement clause ``demographics``. Age bands and three-digit ZIP prefixes as in the US rule for health data
(45 CFR 164.514(b)(2)(i)(B)), under which prefixes of areas with 20,000 people or fewer become 000.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.conf import conf
from onvif_privacy.people.doors import BUILT_IN, dimensions
from onvif_privacy.people.services.countries import COUNTRIES

UNSAID: Final = "unsaid"
OLDEST: Final = 120
BANDS: Final = ((18, "under-18"), (25, "18-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
AGE_BANDS: Final[Mapping[str, str | LazyText]] = {
    "under-18": _("under 18"),
    **{band: band.replace("-", "–") for _limit, band in BANDS[1:]},
    "65-and-over": _("65 and over"),
}
GENDERS: Final[Mapping[str, str | LazyText]] = {
    "female": _("female"),
    "male": _("male"),
    "other": _("another"),
}
NOT_SAID: Final = _("not said")
_ZIP: Final = re.compile(r"([0-9]{3})[0-9]{2}(?:-?[0-9]{4})?")


def age_band(age: int) -> str:
    """Return the band of an age in years; raises ValueError for what is none."""
    if not 0 <= age <= OLDEST:
        raise ValueError("not an age")
    return next((band for limit, band in BANDS if age < limit), "65-and-over")


def zip_prefix(code: str) -> str:
    """Return the first three digits of a five-digit ZIP code, 000 for small areas; raises ValueError for others."""
    found = _ZIP.fullmatch(code.strip())
    if not found:
        raise ValueError("not a ZIP code")
    return "000" if found[1] in conf.SMALL_ZIPS else found[1]


def values_of(dimension: str) -> Mapping[str, str | LazyText]:
    """Return the answers of a dimension with their labels; raises NotDeclared. ZIP prefixes are all thousand."""
    known: Mapping[str, Mapping[str, str | LazyText]] = {
        "country": COUNTRIES,
        "age_band": AGE_BANDS,
        "gender": GENDERS,
    }
    if dimension == "zip":
        return {f"{number:03}": f"{number:03}" for number in range(1000)}
    return known[dimension] if dimension in BUILT_IN else dimensions.get(dimension).values


def label_of(dimension: str, value: str) -> str:
    """Return an answer in words."""
    return str(NOT_SAID if value == UNSAID else values_of(dimension).get(value, value))


def generalised(dimension: str, answer: object) -> str:
    """Return the cell value of an answer; what was left out is "unsaid". Raises ValueError for any other answer."""
    if answer in (None, ""):
        return UNSAID
    if dimension == "age_band":
        return age_band(int(str(answer)))
    if dimension == "zip":
        return zip_prefix(str(answer))
    if answer not in values_of(dimension):
        raise ValueError("not among the answers")
    return str(answer)
