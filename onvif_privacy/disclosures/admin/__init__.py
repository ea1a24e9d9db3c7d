"""Screens of the room in the Django admin."""

from onvif_privacy.disclosures.legal.admin import audit, cases, registers

__all__ = ["audit", "cases", "registers"]
