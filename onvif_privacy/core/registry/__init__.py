"""Declarations: what a site and its rooms say about themselves in ``privacy.py``, beside ``admin.py``.

``from onvif_privacy.core.registry import declare`` is the one import that a ``privacy.py`` needs besides the
shapes it declares.
"""

from onvif_privacy.core.registry.base import (
    DeclarationError,
    Duplicate,
    Late,
    NotDeclared,
    Registry,
    close,
    declare,
    reopened,
    temporarily,
)
from onvif_privacy.core.registry.device import SESSION, DeviceItem, device_items
from onvif_privacy.core.registry.house import FooterLink, Guard, Waiting, footer_links, guards, waiting
from onvif_privacy.core.registry.kinds import (
    Code,
    Count,
    Digest,
    EntryKind,
    Flag,
    Instant,
    Ref,
    Slug,
    entry_kinds,
)
from onvif_privacy.core.registry.purpose import Basis, Purpose, Veto, purposes, vetoes

__all__ = [
    "SESSION",
    "Basis",
    "Code",
    "Count",
    "DeclarationError",
    "DeviceItem",
    "Digest",
    "Duplicate",
    "EntryKind",
    "Flag",
    "FooterLink",
    "Guard",
    "Instant",
    "Late",
    "NotDeclared",
    "Purpose",
    "Ref",
    "Registry",
    "Slug",
    "Veto",
    "Waiting",
    "close",
    "declare",
    "device_items",
    "entry_kinds",
    "footer_links",
    "guards",
    "purposes",
    "reopened",
    "temporarily",
    "vetoes",
    "waiting",
]
