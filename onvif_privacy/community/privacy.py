"""What the room declares to the house."""

from __future__ import annotations

from onvif_privacy.core.registry import Guard, declare, exempt

APP = "onvif_privacy_community"

# --- boards and links ---

declare(
    *(Guard(f"{APP}.{model}", "insert_only") for model in ("BoardNotice", "PostReceipt")),
    exempt(f"{APP}.BoardNotice", because="words of the site"),
    exempt(f"{APP}.PostReceipt", because="the key of a post, what was shown, and counts; never its text or author"),
    exempt(f"{APP}.LinkedSite", because="host names; staff by reference"),
)

# --- conversations ---

# what this room promises, and the checks that would notice
from onvif_privacy.community import promises as promises  # noqa: E402
