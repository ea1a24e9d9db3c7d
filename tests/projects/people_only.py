"""A site that only wants to keep what people give."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.people"]
MIDDLEWARE = [*DJANGO_MIDDLEWARE, "onvif_privacy.people.middleware.DeviceMiddleware"]
