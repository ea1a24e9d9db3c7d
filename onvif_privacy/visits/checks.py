"""System checks of the room: ``onvif_privacy_visits.*``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

MIDDLEWARE = "onvif_privacy.visits.middleware.PageVisitMiddleware"


@register(Tags.compatibility)
def middleware_present(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: without the middleware nothing is counted."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        Warning(
            "Page visits are not recorded: the middleware of onvif_privacy.visits is missing.",
            hint=f'Add "{MIDDLEWARE}" at the end of MIDDLEWARE.',
            id="onvif_privacy_visits.W001",
        )
    ]


@register(Tags.compatibility)
def middleware_last(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W002: a middleware further in may answer or redirect without the recorder knowing the view."""
    names = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in names or names[-1] == MIDDLEWARE:
        return []
    return [
        Warning(
            f"{names[-1]} stands behind the middleware of onvif_privacy.visits, so its answers hide the view.",
            hint=f'Make "{MIDDLEWARE}" the last of MIDDLEWARE.',
            id="onvif_privacy_visits.W002",
        )
    ]
