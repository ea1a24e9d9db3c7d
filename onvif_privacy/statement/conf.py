"""Settings of this room. Organisation, contact and sites are settings of the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, boolean, integer, text


class StatementSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_STATEMENT_"

    NOTICE_DAYS: Setting[int] = Setting(
        30, integer(0, 365), _("Days between publishing a material change and the day it takes effect.")
    )
    BANNER_DAYS: Setting[int] = Setting(
        14, integer(0, 365), _("Days after a material change took effect during which its notice stays on the pages.")
    )
    REVIEW_DAYS: Setting[int] = Setting(
        365, integer(1, 3650), _("Days after which staff, and people who were shown the statement, are reminded of it.")
    )
    SABOTEURS: Setting[str] = Setting(
        "", text, _("File with the output of privacy_check --saboteurs --json of the last build, for the board.")
    )
    PUBLIC: Setting[bool] = Setting(
        False,
        boolean,
        _("Whether everybody sees where each clause stands. Until then only staff do; nothing is signed."),
    )
    STATUS_HOURS: Setting[int] = Setting(
        48, integer(1, 168), _("How long a signed status holds at most; afterwards it shows no verdict.")
    )
    CACHE_SECONDS: Setting[int] = Setting(
        60,
        integer(0, 60),
        _("How long a process may serve its own copy of the statement before it looks for a newer one."),
    )


conf = StatementSettings()
