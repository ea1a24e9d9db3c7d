"""Screens for staff."""

from django.conf import settings

from onvif_privacy.community.admin import boards, links

if getattr(settings, "ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS", False) is True:  # what is off has no screen
    from onvif_privacy.community.admin import conversations as conversations

__all__ = ["boards", "links"]
