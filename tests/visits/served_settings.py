"""A site as a server process runs it: a real recorder, with its thread."""

from __future__ import annotations

import os

from tests.projects.visits_only import *  # noqa: F403
from tests.projects.visits_only import DATABASES

ROOT_URLCONF = "tests.visits.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
ONVIF_PRIVACY_VISITS_RECORDING = "thread"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
if "VISITS_REDIS" in os.environ:
    ONVIF_PRIVACY_VISITS_TRANSPORT = "redis"
    ONVIF_PRIVACY_VISITS_REDIS_URL = os.environ["VISITS_REDIS"]
