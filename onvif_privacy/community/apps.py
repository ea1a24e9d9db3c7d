"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    """Message boards, private conversations and linked sites. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.community"
    label = "onvif_privacy_community"
    verbose_name = _("Community")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from onvif_privacy.community import checks  # noqa: F401  (registers by import)
