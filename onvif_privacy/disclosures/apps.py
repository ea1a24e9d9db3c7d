"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisclosuresConfig(AppConfig):
    """Cases, packages and hand-overs. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.disclosures"
    label = "onvif_privacy_disclosures"
    verbose_name = _("Disclosures")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from onvif_privacy.disclosures import checks  # noqa: F401  (registers by import)
