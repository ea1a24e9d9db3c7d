"""The room visits is installed, but nothing counts."""

from __future__ import annotations

from tests.projects.base import DJANGO_MIDDLEWARE
from tests.projects.visits_only import *

MIDDLEWARE = list(DJANGO_MIDDLEWARE)
