"""A site that only wants its message board, its messages and its links kept in order."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "tests.community.board", "onvif_privacy.core", "onvif_privacy.community"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)
