"""Admin of the room."""

from onvif_privacy.rights.admin import people, requests, retention

__all__ = ["people", "requests", "retention"]
