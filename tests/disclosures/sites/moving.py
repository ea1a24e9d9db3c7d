"""A site that keeps its sealed files in a folder, and changes its table of users by a migration."""

from __future__ import annotations

import os

from tests.projects.disclosures_only import *  # noqa: F403 - a site is another one with a few lines changed
from tests.projects.disclosures_only import INSTALLED_APPS as APPS
from tests.projects.disclosures_only import STORAGES as PLACES
from tests.projects.disclosures_only import Unmigrated

INSTALLED_APPS = [*APPS, "tests.disclosures.sites.rebuilt"]
STORAGES = PLACES | {
    "privacy_disclosures": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": os.environ.get("SEALED", "")},
    }
}


class OnlyRebuilt(Unmigrated):
    """For ``MIGRATION_MODULES``: nothing has migrations but the change of the table of users."""

    def __contains__(self, label: object) -> bool:
        return label != "rebuilt"


if os.environ.get("ONVIF_PRIVACY_TABLES") == "models":
    MIGRATION_MODULES = OnlyRebuilt()
