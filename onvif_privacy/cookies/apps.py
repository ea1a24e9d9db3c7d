"""Installs the room."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _


class CookiesConfig(AppConfig):
    """Declared cookies, the visitor's choice, and the guard on every answer."""

    name = "onvif_privacy.cookies"
    label = "onvif_privacy_cookies"
    verbose_name = _("Cookies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Bring in the system checks, and look for a newer policy after answers have been sent."""
        from onvif_privacy.cookies import checks  # noqa: F401
        from onvif_privacy.cookies.services import running

        request_finished.connect(running.tick, dispatch_uid="onvif_privacy_cookies.tick")
