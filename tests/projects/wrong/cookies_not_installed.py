"""The middleware of cookies without its app."""

from __future__ import annotations

from tests.projects.base import DJANGO_MIDDLEWARE
from tests.projects.core_only import *

MIDDLEWARE = ["onvif_privacy.cookies.middleware.CookieMiddleware", *DJANGO_MIDDLEWARE]
