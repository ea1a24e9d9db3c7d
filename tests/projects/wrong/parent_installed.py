"""The package is installed instead of its rooms: what people type first."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy"]
