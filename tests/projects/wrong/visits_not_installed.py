"""The middleware of visits without its app."""

from __future__ import annotations

from tests.projects.base import DJANGO_MIDDLEWARE
from tests.projects.core_only import *

MIDDLEWARE = [*DJANGO_MIDDLEWARE, "onvif_privacy.visits.middleware.PageVisitMiddleware"]
