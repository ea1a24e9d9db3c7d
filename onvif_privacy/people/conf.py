"""Settings of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, choice, integer, mapping, strings
from onvif_privacy.core.subjects import Strength


def purposes_by_field(value: object) -> Mapping[str, tuple[str, ...]]:
    """Accept a dictionary of field names, each with a list of purposes."""
    return {name: strings(slugs) for name, slugs in mapping(value).items()}


def ages_by_country(value: object) -> Mapping[str, int]:
    """Accept a dictionary of ISO country codes, each with an age."""
    return {code: integer(1, 25)(age) for code, age in mapping(value).items()}


class PeopleSettings(Settings):
    """Read at use, but for ``PURPOSES``, which declarations rest on; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_PEOPLE_"

    PURPOSES: Setting[Mapping[str, Any]] = Setting(
        {},
        purposes_by_field,
        _("Purposes besides “operation” for which a field may be read: {'email': ['product_news']}. Read at start."),
    )
    PREFILL_STRENGTH: Setting[str] = Setting(
        "signed_in",
        choice("signed_in", "recent", "second_factor"),
        _("How surely somebody must have signed in before a form is filled from saved addresses."),
    )
    DEVICE_DAYS: Setting[int] = Setting(180, integer(1, 400), _("Days for which a remembered device is remembered."))
    SENSITIVE_HOURS: Setting[int] = Setting(
        24, integer(1, 720), _("Hours within which sensitive values are deleted after a withdrawal; longer alarms.")
    )
    PERIOD: Setting[str] = Setting(
        "month", choice("month", "quarter"), _("How often sums of anonymous answers are released.")
    )
    SMALL_ZIPS: Setting[tuple[str, ...]] = Setting(
        (), strings, _("Three-digit ZIP prefixes with few inhabitants; answers from there count as 000.")
    )
    PROOF_HOURS: Setting[int] = Setting(
        24, integer(1, 720), _("Hours for which a link that proves an address, or asks a guardian, holds.")
    )
    MINORS: Setting[str] = Setting(
        "off",
        choice("off", "adults", "guardian"),
        _("Whether people are asked if they are of age, and whether a guardian can decide for those who are not."),
    )
    MINOR_AGES: Setting[Mapping[str, int]] = Setting(
        {},
        ages_by_country,
        _("Ages of consent by country code that differ from the shipped table: {'DE': 16}. Elsewhere 16."),
    )

    @property
    def strength(self) -> Strength:
        """``PREFILL_STRENGTH`` as it is compared."""
        return Strength[self.PREFILL_STRENGTH.upper()]


conf = PeopleSettings()
