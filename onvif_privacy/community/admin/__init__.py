"""Screens for staff."""

from onvif_privacy.community.admin import boards, links

__all__ = ["boards", "links"]
