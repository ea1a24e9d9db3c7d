"""A site that only wants cookies accepted or declined."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.cookies"]
MIDDLEWARE = ["onvif_privacy.cookies.middleware.CookieMiddleware", *DJANGO_MIDDLEWARE]
