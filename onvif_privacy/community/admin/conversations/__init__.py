"""Reports that wait, openings that two people agree to, and what was read. No message is on any of these lists."""

from onvif_privacy.community.admin.conversations import openings, reports, uses

__all__ = ["openings", "reports", "uses"]
