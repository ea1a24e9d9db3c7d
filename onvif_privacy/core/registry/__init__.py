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
from onvif_privacy.core.registry.personal import (
    After,
    Claim,
    Exempt,
    Field,
    File,
    Json,
    PersonalData,
    While,
    exempt,
    exemptions,
    not_personal,
    personal_data,
)
from onvif_privacy.core.registry.purpose import Basis, Exit, Purpose, Use, Veto, exits, purposes, vetoes
from onvif_privacy.core.registry.roles import StaffRights, staff_rights
from onvif_privacy.core.registry.strategies import anonymise, blank, delete, generalise, keep

__all__ = [
    "SESSION",
    "After",
    "Basis",
    "Claim",
    "Code",
    "Count",
    "DeclarationError",
    "DeviceItem",
    "Digest",
    "Duplicate",
    "EntryKind",
    "Exempt",
    "Exit",
    "Field",
    "File",
    "Flag",
    "FooterLink",
    "Guard",
    "Instant",
    "Json",
    "Late",
    "NotDeclared",
    "PersonalData",
    "Purpose",
    "Ref",
    "Registry",
    "Slug",
    "StaffRights",
    "Use",
    "Veto",
    "Waiting",
    "While",
    "anonymise",
    "blank",
    "close",
    "declare",
    "delete",
    "device_items",
    "entry_kinds",
    "exempt",
    "exemptions",
    "exits",
    "footer_links",
    "generalise",
    "guards",
    "keep",
    "not_personal",
    "personal_data",
    "purposes",
    "reopened",
    "staff_rights",
    "temporarily",
    "vetoes",
    "waiting",
]
