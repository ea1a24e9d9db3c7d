"""A setting in American spelling, which nothing would ever read."""

from __future__ import annotations

from tests.projects.everything import *

ONVIF_PRIVACY_ORGANIZATION = "Example Organization"
