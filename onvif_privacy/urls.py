"""Every installed room's pages, mounted by the host with one line: ``path("privacy/", include("onvif_privacy.urls"))``.

Only rooms in ``INSTALLED_APPS`` appear, each in its namespace (``onvif_privacy_cookies:…``). A site that wants a room
somewhere else includes that room's own ``urls`` module instead.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from onvif_privacy.core.conf import installed

ROOMS = (
    # package, where its pages live below the mount point
    ("onvif_privacy.core", ""),
    ("onvif_privacy.cookies", "cookies/"),
    ("onvif_privacy.visits", "visits/"),
    ("onvif_privacy.statement", ""),
    ("onvif_privacy.rights", ""),
    ("onvif_privacy.people", "people/"),
    ("onvif_privacy.disclosures", "disclosures/"),
    ("onvif_privacy.outreach", ""),
    ("onvif_privacy.enquiries", ""),
    ("onvif_privacy.community", ""),
)

urlpatterns = [
    path(prefix, include(f"{package}.urls"))
    for package, prefix in ROOMS
    if installed(package) and find_spec(f"{package}.urls")
]
