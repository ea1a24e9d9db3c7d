"""What the room declares to the house."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.services import register
from onvif_privacy.core.registry import (
    Code,
    Count,
    EntryKind,
    Guard,
    Ref,
    StaffRights,
    Waiting,
    declare,
    exempt,
)

APP = "onvif_privacy_community"


# --- boards and links ---


def _sites_due(request: HttpRequest) -> int:
    return register.due().count()


declare(
    EntryKind("community.adopted", {"form": Code, "number": Count}),
    EntryKind("community.site", {"site": Ref, "status": Code}),
    *(Guard(f"{APP}.{model}", "insert_only") for model in ("BoardNotice", "PostReceipt")),
    exempt(f"{APP}.BoardNotice", because="words of the site"),
    exempt(f"{APP}.PostReceipt", because="the key of a post, what was shown, and counts; never its text or author"),
    exempt(f"{APP}.LinkedSite", because="host names; staff by reference"),
    Waiting(
        "community-sites",
        label=_("Linked sites wait for somebody to look at them."),
        count=_sites_due,
        address=f"admin:{APP}_linkedsite_changelist",
        permission=register.PERMISSION,
    ),
    StaffRights("community", officer=(register.PERMISSION,), support=(register.PERMISSION,)),
)

# --- conversations ---

# what this room promises, and the checks that would notice
from onvif_privacy.community import promises as promises  # noqa: E402
