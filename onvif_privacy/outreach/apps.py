"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    """News, offers and surveys by mail. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.outreach"
    label = "onvif_privacy_outreach"
    verbose_name = _("Outreach")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from onvif_privacy.outreach import checks  # noqa: F401  (registers by import)
