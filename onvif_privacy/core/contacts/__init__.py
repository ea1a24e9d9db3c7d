"""Reaching people: their address for one purpose, and messages that they do get, by one way or another."""

from onvif_privacy.core.contacts.holding import Holders, holders
from onvif_privacy.core.contacts.reading import addressed, email, emails, reachable
from onvif_privacy.core.contacts.telling import BANNER_DAYS, Message, posted, read_letter, seen, tell, to_post, unseen

__all__ = [
    "BANNER_DAYS",
    "Holders",
    "Message",
    "addressed",
    "email",
    "emails",
    "holders",
    "posted",
    "reachable",
    "read_letter",
    "seen",
    "tell",
    "to_post",
    "unseen",
]
