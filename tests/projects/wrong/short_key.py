"""A key that somebody typed by hand."""

from __future__ import annotations

from tests.projects.everything import *

ONVIF_PRIVACY_KEYS = [{"id": "0000000000000001", "use": "data", "secret": "c2hvcnQ"}]
