"""The contact is a name instead of an e-mail address."""

from __future__ import annotations

from tests.projects.everything import *

ONVIF_PRIVACY_CONTACT = "our data protection officer"
