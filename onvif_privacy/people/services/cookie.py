"""The cookie of a remembered device, as visitors are told of it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import DeviceItem
from onvif_privacy.people.services.devices import COOKIE, PURPOSE

DAYS = 180


def device_item() -> DeviceItem:
    """Declare the cookie; settings are read raw, since a wrong one is for the checks to report."""
    days = getattr(settings, "ONVIF_PRIVACY_PEOPLE_DEVICE_DAYS", DAYS)
    return DeviceItem(
        COOKIE,
        purpose=PURPOSE,
        provider=str(getattr(settings, "ONVIF_PRIVACY_ORGANISATION", "")),
        duration=timedelta(days=days if isinstance(days, int) else DAYS),
        text=_("Holds a random mark by which this browser is recognised when you sign in again."),
        http_only=True,
        set_by="server",
    )
