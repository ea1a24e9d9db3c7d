"""Settings of the room ``disclosures``. One is required: where documents and packages lie, sealed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import REQUIRED, Setting, Settings, filled, integer, text


class DisclosuresSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_DISCLOSURES_"

    STORAGE: Setting[str] = Setting(
        REQUIRED,
        filled,
        _("Name of a storage in STORAGES that no web server serves; documents and packages lie there, sealed."),
        paste='ONVIF_PRIVACY_DISCLOSURES_STORAGE = "privacy_disclosures"',
    )
    ENTITY: Setting[str] = Setting(
        "", text, _("Names of our own that an order may be addressed to, one a line; empty is ORGANISATION.")
    )
    APPROVAL_DAYS: Setting[int] = Setting(30, integer(1, 365), _("Days after which an approval has run out."))
    LINK_DAYS: Setting[int] = Setting(14, integer(1, 14), _("Days for which the link of a hand-over is valid."))
    NOTICE_WINDOW_DAYS: Setting[int] = Setting(
        7, integer(1, 90), _("Days that a person has to object before their data is handed over.")
    )
    PURGE_DAYS: Setting[int] = Setting(
        180, integer(1, 3650), _("Days after a hand-over at which our own copy of the package is destroyed.")
    )
    PARTNER_PURGE_DAYS: Setting[int] = Setting(
        30, integer(1, 3650), _("The same for what was handed to a trusted partner.")
    )
    CASE_YEARS: Setting[int] = Setting(
        6, integer(1, 30), _("Years after its end at which what a case holds of people becomes unreadable.")
    )
    SECOND_APPROVER_ABOVE: Setting[int] = Setting(
        1, integer(0, 1000), _("People in one case above which a second approver is needed.")
    )
    PART_ROWS: Setting[int] = Setting(50_000, integer(1, 50_000), _("Rows in one part of a package at most."))
    REAUTH_MINUTES: Setting[int] = Setting(
        5, integer(1, 60), _("Minutes for which a password that was asked for again counts for an approval.")
    )
    TIMESTAMP: Setting[str] = Setting(
        "", text, _("Dotted path of a function that time-stamps the seal of a package (RFC 3161); empty is none.")
    )


conf = DisclosuresSettings()
