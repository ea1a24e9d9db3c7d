"""Admin of the room."""

from onvif_privacy.enquiries.admin import cases, rules

__all__ = ["cases", "rules"]
