"""Screens of the room in the Django admin."""

from onvif_privacy.disclosures.legal.admin import audit, cases, registers
from onvif_privacy.disclosures.partners.admin import agreements, reports, standing

__all__ = ["agreements", "audit", "cases", "registers", "reports", "standing"]
