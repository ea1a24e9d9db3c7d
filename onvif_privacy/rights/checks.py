"""System checks of the room: ``onvif_privacy_rights.*``."""

from __future__ import annotations
