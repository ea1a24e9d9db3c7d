"""What this room promises of boards, private messages and linked sites, and the checks that would notice."""

from onvif_privacy.community.promises import boards, clauses, found, links

__all__ = ["boards", "clauses", "found", "links"]
