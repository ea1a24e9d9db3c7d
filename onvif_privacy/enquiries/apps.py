"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EnquiriesConfig(AppConfig):
    """Comments and complaints about privacy. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.enquiries"
    label = "onvif_privacy_enquiries"
    verbose_name = _("Comments and complaints")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and let the clocks that ship with the room be there after a migration."""
        from onvif_privacy.enquiries import checks  # noqa: F401  (registers by import)
        from onvif_privacy.enquiries.services.deadlines import make_rules

        post_migrate.connect(make_rules, sender=self, dispatch_uid="onvif_privacy_enquiries.rules")
