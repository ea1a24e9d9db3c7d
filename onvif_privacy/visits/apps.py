"""The room in Django's eyes."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    """Page visits and popularity. Starts no thread and opens no connection; the first visit does."""

    name = "onvif_privacy.visits"
    label = "onvif_privacy_visits"
    verbose_name = _("Visits")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, listen to decisions, see to tables made anew: forget numbers, part visits by days."""
        from onvif_privacy.core.signals import decision_recorded
        from onvif_privacy.visits import checks  # noqa: F401
        from onvif_privacy.visits.services import dictionary, partitions
        from onvif_privacy.visits.services.interests import changing

        decision_recorded.connect(changing.decided, dispatch_uid="onvif_privacy_visits.decided")
        post_migrate.connect(dictionary.forget, dispatch_uid="onvif_privacy_visits.dictionary")
        post_migrate.connect(partitions.after_migrate, sender=self, dispatch_uid="onvif_privacy_visits.partitions")
