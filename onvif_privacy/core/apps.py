"""The kernel as an installed app: finds every ``privacy.py``, keeps the guards, registers the checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Label ``onvif_privacy``; mandatory for every room."""

    name = "onvif_privacy.core"
    label = "onvif_privacy"
    verbose_name = _("Privacy")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from onvif_privacy.core import checks, registry  # noqa: F401
        from onvif_privacy.core.guards.install import after_migrate, before_migrate
        from onvif_privacy.core.switching import switch_on

        autodiscover_modules("privacy")
        switch_on()
        registry.close()
        # The signal fires for every app after the last migration; ours is enough.
        pre_migrate.connect(before_migrate, sender=self, dispatch_uid="onvif_privacy.guards")
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="onvif_privacy.guards")
