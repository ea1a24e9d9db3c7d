"""A room without the kernel it stands on."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.cookies"]
MIDDLEWARE = ["onvif_privacy.cookies.middleware.CookieMiddleware", *DJANGO_MIDDLEWARE]
