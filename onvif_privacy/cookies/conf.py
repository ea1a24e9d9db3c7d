"""Settings of the room: name, default and meaning in one table."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, boolean, choice, integer, optional, strings, text

DAY = 86400
MAX_AGE_LIMIT = 184 * DAY  # six months at most, whichever months they are


def beginnings(value: object) -> tuple[str, ...]:
    """Accept a list of paths; an empty one would leave out the whole site."""
    if not all(item.startswith("/") and item != "/" for item in strings(value)):
        raise ValueError('must be a list of addresses below "/"')
    return strings(value)


class CookiesSettings(Settings):
    """What a site may change; everything has a default."""

    prefix = "ONVIF_PRIVACY_COOKIES_"

    MODE: Setting[str] = Setting(
        "enforce",
        choice("enforce", "report"),
        _("“report” only records what “enforce” would remove; for moving an old site."),
    )
    MAX_AGE: Setting[int] = Setting(
        180 * DAY, integer(1), _("Seconds that a choice holds, accepted or declined; 184 days at most.")
    )
    DOMAIN: Setting[str | None] = Setting(
        None, optional(text), _("Domain for one choice across subdomains; None keeps it on one host.")
    )
    SECURE: Setting[bool] = Setting(True, boolean, _("Choice cookies go over https only. False for local http alone."))
    GPC: Setting[bool] = Setting(True, boolean, _("A browser that sends Sec-GPC: 1 has declined what it covers."))
    CONSENT_MODE: Setting[bool] = Setting(
        False, boolean, _("Tell Google's tags what was chosen (Consent Mode v2); switching it on asks again.")
    )
    STATISTICS: Setting[bool] = Setting(
        True, boolean, _("Count how often the bar is shown and what comes of it, without any visitor; False for never.")
    )
    CLIENT_REPORT_PURPOSE: Setting[str] = Setting(
        "statistics", text, _("Purpose whose grant lets the script report names of unknown cookies; empty for never.")
    )
    HEADER_BUDGET: Setting[int] = Setting(
        3072, integer(512, 16384), _("Bytes of cookie headers in one answer while cookies are deleted.")
    )
    AUDIT_SKIP: Setting[tuple[str, ...]] = Setting(
        (),
        beginnings,
        _("Beginnings of addresses that an audit leaves out, such as “/admin/”; log-out is left out anyway."),
    )
    AUDIT_HOSTS: Setting[tuple[str, ...]] = Setting(
        (),
        strings,
        _("Other hosts that pages may ask at any time, such as your own image server; you answer for them."),
    )
    STORAGE: Setting[str] = Setting(
        "",
        text,
        _("Name of a storage in STORAGES for the screenshots that an audit takes of the bar; none are kept without."),
    )


conf = CookiesSettings()
