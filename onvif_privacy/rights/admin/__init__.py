"""Admin of the room."""

from onvif_privacy.rights.admin import requests, retention

__all__ = ["requests", "retention"]
