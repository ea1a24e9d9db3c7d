"""Requests of people: opened, confirmed, extended, refused, cancelled, answered. Each step is a ledger entry."""

from onvif_privacy.rights.services.requests.answering import approve, begin, finish
from onvif_privacy.rights.services.requests.deciding import cancel, extend, refuse
from onvif_privacy.rights.services.requests.opening import open
from onvif_privacy.rights.services.requests.states import NotNow, move, zone

__all__ = ["NotNow", "approve", "begin", "cancel", "extend", "finish", "move", "open", "refuse", "zone"]
