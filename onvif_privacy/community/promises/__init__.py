"""What this room promises of boards, private messages and linked sites, and the checks that would notice."""

from onvif_privacy.community.promises import clauses

__all__ = ["clauses"]
