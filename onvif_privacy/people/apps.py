"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Keeps what people give. Needs only `onvif_privacy.core`."""

    name = "onvif_privacy.people"
    label = "onvif_privacy_people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and listen to what happens to people."""
        from django.contrib.auth.signals import user_logged_in

        from onvif_privacy.core.signals import decision_recorded, subjects_merged
        from onvif_privacy.people import checks  # noqa: F401  (registers by import)
        from onvif_privacy.people.services import listening

        subjects_merged.connect(listening.settle, dispatch_uid="onvif_privacy_people.merged")
        decision_recorded.connect(listening.decided, dispatch_uid="onvif_privacy_people.decided")
        user_logged_in.connect(listening.signed_in, dispatch_uid="onvif_privacy_people.signed_in")
