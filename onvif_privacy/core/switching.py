"""Tools of the kernel that are off until something needs them: no job, no page, no table is read."""

from __future__ import annotations

from django.conf import settings

from onvif_privacy.core.registry import needed


def switch_on() -> None:
    """Switch on what was asked for; called once every ``privacy.py`` has been read."""
    if needed("tell"):
        from django.contrib.auth.signals import user_logged_in

        from onvif_privacy.core.jobs import telling  # noqa: F401 - declares its job by being imported
        from onvif_privacy.core.views.messages import remember

        user_logged_in.connect(remember, dispatch_uid="onvif_privacy.messages")
    # Read raw: a wrong type is for the check to report, not for the start to fail on.
    if isinstance(place := getattr(settings, "ONVIF_PRIVACY_CANARY_MAILDIR", ""), str) and place:
        from onvif_privacy.core.jobs import canaries  # noqa: F401
