"""A site that only wants people to see, take along and end what it holds."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.rights"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)

ONVIF_PRIVACY_BASE_URL = "https://example.com"
ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE = "privacy_exports"
ONVIF_PRIVACY_RIGHTS_LOG = "privacy_log"

# the store is declared by the tests that use it
ONVIF_PRIVACY_COMPLETENESS = "off"
