"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementConfig(AppConfig):
    """Publishes the statement. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.statement"
    label = "onvif_privacy_statement"
    verbose_name = _("Privacy statement")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from onvif_privacy.statement import checks  # noqa: F401  (registers by import)
