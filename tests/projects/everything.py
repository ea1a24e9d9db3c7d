"""A site with every room."""

from __future__ import annotations

from tests.projects.base import *
from tests.projects.base import DJANGO_APPS, DJANGO_MIDDLEWARE

INSTALLED_APPS = [
    *DJANGO_APPS,
    "tests.community.board",
    "onvif_privacy.core",
    "onvif_privacy.cookies",
    "onvif_privacy.visits",
    "onvif_privacy.statement",
    "onvif_privacy.rights",
    "onvif_privacy.people",
    "onvif_privacy.disclosures",
    "onvif_privacy.outreach",
    "onvif_privacy.enquiries",
    "onvif_privacy.community",
]
MIDDLEWARE = [
    "onvif_privacy.cookies.middleware.CookieMiddleware",
    *DJANGO_MIDDLEWARE,
    "onvif_privacy.visits.middleware.PageVisitMiddleware",
]

ONVIF_PRIVACY_COOKIES_STORAGE = "privacy_screenshots"
ONVIF_PRIVACY_RIGHTS_EXPORT_STORAGE = "privacy_exports"
ONVIF_PRIVACY_RIGHTS_LOG = "privacy_log"
ONVIF_PRIVACY_DISCLOSURES_STORAGE = "privacy_disclosures"
ONVIF_PRIVACY_ENQUIRIES_STORAGE = "privacy_enquiries"
ONVIF_PRIVACY_COMMUNITY_LEAVING = "unknown"
ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS = True

# the store is declared by the tests that use it
ONVIF_PRIVACY_COMPLETENESS = "off"
