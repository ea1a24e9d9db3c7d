"""A site with the kernel and no other room."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)
