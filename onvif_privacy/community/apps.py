"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_save, pre_save
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    """Message boards, private conversations and linked sites. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.community"
    label = "onvif_privacy_community"
    verbose_name = _("Community")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and stand guard over public texts."""
        from onvif_privacy.community import checks  # noqa: F401  (registers by import)
        from onvif_privacy.community.services import guarding

        pre_save.connect(guarding.before_saving, dispatch_uid="onvif_privacy_community.before")
        post_save.connect(guarding.after_saving, dispatch_uid="onvif_privacy_community.after")
