"""The kernel and what it needs, nothing more, so that a process starts fast."""

from __future__ import annotations

from tests.projects.base import *  # noqa: F403 - a site is another one with a few lines changed

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "onvif_privacy.core"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "onvif_privacy.urls"
TEMPLATES: list[object] = []
