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
        """Register the system checks, open the door to partners, and listen."""
        from onvif_privacy.core import doors
        from onvif_privacy.core.signals import decision_recorded
        from onvif_privacy.disclosures import checks  # noqa: F401  (registers by import)
        from onvif_privacy.disclosures.partners import handing, jobs

        doors.partner.fill(handing.hand_over)
        decision_recorded.connect(jobs.objected, dispatch_uid="onvif_privacy_disclosures.objected")
