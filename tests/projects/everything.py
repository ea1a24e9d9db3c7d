"""A site with every room."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE, ROOT_DIR

_rooms = [
    name
    for name in ("core", "cookies", "visits", "statement")
    if (ROOT_DIR / "onvif_privacy" / name / "apps.py").exists()
    and (name == "core" or (ROOT_DIR / "onvif_privacy" / name / "checks.py").exists())
]
INSTALLED_APPS = [*DJANGO_APPS, *(f"onvif_privacy.{name}" for name in _rooms)]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)
if "cookies" in _rooms:
    MIDDLEWARE.insert(0, "onvif_privacy.cookies.middleware.CookieMiddleware")
if "visits" in _rooms:
    MIDDLEWARE.append("onvif_privacy.visits.middleware.PageVisitMiddleware")
