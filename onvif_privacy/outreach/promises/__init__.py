"""What this room promises, and the checks that would notice."""

from onvif_privacy.outreach.promises import asking, choice, exits, gate, leaving, offers, transport

__all__ = ["asking", "choice", "exits", "gate", "leaving", "offers", "transport"]
