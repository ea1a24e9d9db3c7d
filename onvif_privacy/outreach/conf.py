"""Settings of the room ``outreach``. None is required; mails need ``ONVIF_PRIVACY_BASE_URL``, the source of links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, choice, filled, integer, mapping, strings, text


def _sender() -> str:
    """DEFAULT_FROM_EMAIL of the site."""
    return str(settings.DEFAULT_FROM_EMAIL)


def pair(value: object) -> tuple[int, int]:
    """Accept ``(number, days)``, both at least 1."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError("must be a pair (number, days)")
    whole = integer(1, 3650)
    return whole(value[0]), whole(value[1])


class OutreachSettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_OUTREACH_"

    FROM: Setting[str] = Setting(_sender, filled, _("Who mails are from, for example 'Example <news@example.org>'."))
    TRANSPORT: Setting[str] = Setting(
        "django.core.mail.backends.smtp.EmailBackend",
        filled,
        _("Mail backend behind the mail gate: the one the site had before."),
    )
    GATE: Setting[str] = Setting(
        "observe",
        choice("observe", "enforce"),
        _("Whether mail that nobody declared is delivered and listed, or refused."),
    )
    SERVICE_MAIL: Setting[tuple[str, ...]] = Setting(
        (), strings, _("Modules whose mails are service mails, for example 'django.contrib.auth.forms'.")
    )
    AFFILIATES: Setting[Mapping[str, Any]] = Setting(
        {}, mapping, _("Affiliates whose news people may choose, each apart: short name of the party to its name.")
    )
    CAP: Setting[tuple[int, int]] = Setting((3, 30), pair, _("Mails to one person at most, in how many days."))
    SURVEY_CAP: Setting[tuple[int, int]] = Setting(
        (1, 90), pair, _("Invitations to surveys to one person at most, in how many days.")
    )
    WAVE: Setting[int] = Setting(10, integer(1, 100), _("Mails that are decided in one transaction at most."))
    MIN_AUDIENCE: Setting[int] = Setting(100, integer(1), _("Audience below which no estimate is shown."))
    KEEP_DAYS: Setting[int] = Setting(
        400, integer(30, 3650), _("Days after which a campaign forgets whom it went to; its counts stay.")
    )
    BOUNCES_MAILDIR: Setting[str] = Setting(
        "", text, _("Folder (a Maildir) into which reports of bounces and complaints come.")
    )


conf = OutreachSettings()
