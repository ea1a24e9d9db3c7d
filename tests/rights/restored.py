"""A site whose log of erasures lies in a folder that its environment names, outside the database."""

from __future__ import annotations

import os

from tests.projects.rights_only import *  # noqa: F403 - a site is another one with a few lines changed
from tests.projects.rights_only import STORAGES as BASE

STORAGES = {
    **BASE,
    "privacy_log": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.environ.get("LOG_FOLDER", "/nonexistent")},
    },
}
ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
