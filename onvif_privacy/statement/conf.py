"""Settings of this room. Organisation, contact and sites are settings of the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, integer


class StatementSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_STATEMENT_"

    NOTICE_DAYS: Setting[int] = Setting(
        30, integer(0, 365), _("Days between publishing a material change and the day it takes effect.")
    )
    CACHE_SECONDS: Setting[int] = Setting(
        60,
        integer(0, 60),
        _("How long a process may serve its own copy of the statement before it looks for a newer one."),
    )


conf = StatementSettings()
