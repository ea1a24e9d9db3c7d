"""The test site with every room, and the packages ours are compared with where they are installed (extra ``bench``)."""

from __future__ import annotations

from importlib.util import find_spec

from tests.projects.everything import *  # noqa: F403
from tests.projects.everything import DATABASES, INSTALLED_APPS

PEERS = [name for name in ("cookie_consent", "request") if find_spec(name)]
# the tests write to SQLite without waiting for the disk; what is measured here writes as a site does
DATABASES["default"].get("OPTIONS", {}).pop("init_command", None)
INSTALLED_APPS = [*INSTALLED_APPS, *PEERS]
