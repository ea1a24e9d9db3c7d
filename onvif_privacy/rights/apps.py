"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RightsConfig(AppConfig):
    """ "My privacy" and the requests of people. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.rights"
    label = "onvif_privacy_rights"
    verbose_name = _("Rights of people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from onvif_privacy.rights import checks  # noqa: F401  (registers by import)
