"""Admin of the room."""

from onvif_privacy.rights.admin import requests

__all__ = ["requests"]
