"""The test site with every room, and the packages ours are compared with where they are installed (extra ``bench``)."""

from __future__ import annotations

from importlib import import_module

from tests.projects.everything import *  # noqa: F403
from tests.projects.everything import DATABASES, INSTALLED_APPS

# by the name of the app: name of the package on PyPI
KNOWN_PEERS = {
    "cookie_consent": "django-cookie-consent",
    "request": "django-request",
    "tracking": "django-tracking2",
    "user_visit": "django-user-visit",
}
PEERS = {}
ABSENT = {}  # peers that cannot be measured here, each with the reason: the tables say so
for _app, _package in KNOWN_PEERS.items():
    try:
        import_module(_app)
    except ImportError as error:
        ABSENT[_package] = str(error)
    else:
        PEERS[_app] = _package

# the tests write to SQLite without waiting for the disk; what is measured here writes as a site does
DATABASES["default"].get("OPTIONS", {}).pop("init_command", None)
INSTALLED_APPS = [*INSTALLED_APPS, *PEERS]
TRACK_PAGEVIEWS = True  # django-tracking2 counts pages only when told to
