"""The guard stands behind other middleware, whose cookies it would never see."""

from __future__ import annotations

from tests.projects.base import DJANGO_MIDDLEWARE
from tests.projects.cookies_only import *

MIDDLEWARE = [*DJANGO_MIDDLEWARE, "onvif_privacy.cookies.middleware.CookieMiddleware"]
