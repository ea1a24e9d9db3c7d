"""A site with guards in its database, whose senders are killed."""

from tests.projects.base import *  # noqa: F403
from tests.projects.base import DATABASES, DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [*DJANGO_APPS, "onvif_privacy.core", "onvif_privacy.outreach"]
MIDDLEWARE = list(DJANGO_MIDDLEWARE)
ONVIF_PRIVACY_BASE_URL = "https://news.example.com"
ONVIF_PRIVACY_OUTREACH_FROM = "Example <news@example.com>"
if "OPTIONS" in DATABASES["default"] and "init_command" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
