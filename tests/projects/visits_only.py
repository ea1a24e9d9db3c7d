"""A site that only wants its visits counted."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.visits"]
MIDDLEWARE = [*DJANGO_MIDDLEWARE, "onvif_privacy.visits.middleware.PageVisitMiddleware"]
