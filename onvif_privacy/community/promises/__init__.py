"""What this room promises of boards, private messages and linked sites, and the checks that would notice."""

from django.conf import settings

from onvif_privacy.community.promises import boards, clauses, found, links

if getattr(settings, "ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS", False) is True:  # what is off promises nothing
    from onvif_privacy.community.promises import private as private

__all__ = ["boards", "clauses", "found", "links"]
