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
        """Register the system checks; hear who signs in, to know whether they have read the notice on the pages."""
        from django.contrib.auth.signals import user_logged_in

        from onvif_privacy.statement import checks  # noqa: F401  (registers by import)
        from onvif_privacy.statement.services.banner import remember

        user_logged_in.connect(remember, dispatch_uid="onvif_privacy_statement.remember")
