"""A site that only wants comments and complaints to be answered."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.enquiries"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)

ONVIF_PRIVACY_BASE_URL = "https://example.com"
ONVIF_PRIVACY_ENQUIRIES_STORAGE = "privacy_enquiries"
