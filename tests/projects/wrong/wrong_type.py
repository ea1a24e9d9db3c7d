"""A number given as text, as environment files do."""

from __future__ import annotations

from tests.projects.everything import *

ONVIF_PRIVACY_K = "10"
