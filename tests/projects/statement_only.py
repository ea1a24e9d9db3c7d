"""A site that only publishes its statement."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.statement"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)
