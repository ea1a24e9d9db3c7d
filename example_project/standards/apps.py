"""The site of a standards body."""

from __future__ import annotations

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """The whole example site in one app."""

    name = "standards"
    default_auto_field = "django.db.models.BigAutoField"
