"""Everything this room stores. No table of it has a column that names a visitor."""

from onvif_privacy.cookies.models.audits import AuditRun, PolicyScreenshot
from onvif_privacy.cookies.models.drafts import (
    NAME_LENGTH,
    DeclaredItem,
    DeclaredItemText,
    Kind,
    KnownItem,
    SetBy,
)
from onvif_privacy.cookies.models.published import PolicyText, PolicyVersion
from onvif_privacy.cookies.models.seen import ChoiceCount, CookieFinding

__all__ = [
    "NAME_LENGTH",
    "AuditRun",
    "ChoiceCount",
    "CookieFinding",
    "DeclaredItem",
    "DeclaredItemText",
    "Kind",
    "KnownItem",
    "PolicyScreenshot",
    "PolicyText",
    "PolicyVersion",
    "SetBy",
]
