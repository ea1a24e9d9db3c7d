"""The room cookies is installed, but nothing guards the responses."""

from __future__ import annotations

from tests.projects.base import DJANGO_MIDDLEWARE
from tests.projects.cookies_only import *

MIDDLEWARE = list(DJANGO_MIDDLEWARE)
