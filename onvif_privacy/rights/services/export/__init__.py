"""Taking everything along: one sealed ZIP with pages to read, data for programs, files, receipts and hashes."""

from onvif_privacy.rights.services.export.archive import Manifest, stream
from onvif_privacy.rights.services.export.building import build, delete_expired, fetch, give_up
from onvif_privacy.rights.services.export.reviewing import collect, contacts_in, decide, waiting
from onvif_privacy.rights.services.export.schema import VERSION, schema

__all__ = [
    "VERSION",
    "Manifest",
    "build",
    "collect",
    "contacts_in",
    "decide",
    "delete_expired",
    "fetch",
    "give_up",
    "schema",
    "stream",
    "waiting",
]
