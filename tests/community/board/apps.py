from __future__ import annotations

from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "tests.community.board"
    label = "board"
    default_auto_field = "django.db.models.BigAutoField"
