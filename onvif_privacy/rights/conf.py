"""Settings of the room ``rights``. Two are required: where exports lie, and where the log of erasures is kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import REQUIRED, Setting, Settings, filled, integer, text


class RightsSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_RIGHTS_"

    EXPORT_STORAGE: Setting[str] = Setting(
        REQUIRED,
        filled,
        _("Name of a storage in STORAGES that no web server serves; exports lie there, sealed, until they expire."),
        paste='ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE = "privacy_exports"',
    )
    LOG: Setting[str] = Setting(
        REQUIRED,
        filled,
        _("Name of a storage in STORAGES outside the database and its backups; erasures are repeated from it."),
        paste='ONVIF_PRIVACY_RIGHTS_LOG = "privacy_log"',
    )
    TOKEN_HOURS: Setting[int] = Setting(24, integer(1, 168), _("Hours for which a link in a letter is valid."))
    MAILS_A_DAY: Setting[int] = Setting(3, integer(1, 100), _("Letters about requests to one address in a day."))
    COOLING_HOURS: Setting[int] = Setting(
        72, integer(0, 336), _("Hours in which a confirmed erasure can still be cancelled.")
    )
    EXPORT_HOURS: Setting[int] = Setting(72, integer(1, 720), _("Hours for which a finished export can be fetched."))
    BACKUP_DAYS: Setting[int] = Setting(
        90, integer(0, 3660), _("Days for which backups hold unreadable copies of what was erased; told in receipts.")
    )
    STEP_ROWS: Setting[int] = Setting(5000, integer(1, 100_000), _("Rows that one step of an erasure ends at most."))
    PROVEN_EMAIL: Setting[str] = Setting(
        "",
        text,
        _(
            "Dotted path of a function that gives the address a user has proven to own, or None; without it no "
            "account is opened by a letter."
        ),
    )


conf = RightsSettings()
