"""None of the three required settings is there."""

from __future__ import annotations

from tests.projects.everything import *

del ONVIF_PRIVACY_ORGANISATION, ONVIF_PRIVACY_CONTACT, ONVIF_PRIVACY_KEYS  # noqa: F821
