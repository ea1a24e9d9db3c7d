"""The small shop as an installed app."""

from __future__ import annotations

from django.apps import AppConfig


class HostConfig(AppConfig):
    """Label ``hostapp``."""

    name = "tests.core.hostapp"
    label = "hostapp"
    default_auto_field = "django.db.models.BigAutoField"
