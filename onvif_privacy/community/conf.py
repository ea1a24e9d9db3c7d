"""Settings of the room ``community``. None is required."""

from __future__ import annotations

from django.core import mail
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import Setting, Settings, boolean, choice, integer, strings
from onvif_privacy.core.conf import conf as house


def _guard() -> str:
    """``enforce``; ``observe`` while a test runs."""
    return "observe" if hasattr(mail, "outbox") else "enforce"


def _regions() -> tuple[str, ...]:
    """The country of the organisation."""
    return (house.COUNTRY.upper(),) if house.COUNTRY else ()


class CommunitySettings(Settings):
    """Read at use; wrong types are found by ``manage.py check``."""

    prefix = "ONVIF_PRIVACY_COMMUNITY_"

    GUARD: Setting[str] = Setting(
        _guard,
        choice("enforce", "observe"),
        _("Whether a public text that came past its form is refused, or only found by the promise of boards."),
    )
    REGIONS: Setting[tuple[str, ...]] = Setting(
        _regions, strings, _("Countries (ISO 3166-1) whose national telephone numbers are known again in texts.")
    )
    LEAVING: Setting[str] = Setting(
        "none",
        choice("none", "unknown", "all"),
        _("Which links to other sites lead over a page that says so: none, those to unknown sites, or all."),
    )
    HTTP_LINKS: Setting[bool] = Setting(False, boolean, _("Links to other sites may lead to http addresses."))
    REVIEW_DAYS: Setting[int] = Setting(
        365, integer(1, 3650), _("Days after which the entry of a linked site is looked at again.")
    )
    CONVERSATIONS: Setting[bool] = Setting(False, boolean, _("People of the site can write to each other privately."))
    OPENING_HOURS: Setting[int] = Setting(
        48, integer(1, 48), _("Hours for which two people of staff may read what was reported, once both said yes.")
    )


conf = CommunitySettings()
