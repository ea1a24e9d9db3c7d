"""The purpose gate: sealed values become readable for one declared purpose, for people who may be reached for it."""

from onvif_privacy.core.gate.bulk import Row
from onvif_privacy.core.gate.closing import behind_it, close, reopen, why_closed
from onvif_privacy.core.gate.errors import BulkRefused, GateClosed, NotDurable, PurposeRequired, ScopeRefused
from onvif_privacy.core.gate.evidence import Counts, Ticket
from onvif_privacy.core.gate.finding import current, find
from onvif_privacy.core.gate.scope import Scope, scope

__all__ = [
    "BulkRefused",
    "Counts",
    "GateClosed",
    "NotDurable",
    "PurposeRequired",
    "Row",
    "Scope",
    "ScopeRefused",
    "Ticket",
    "behind_it",
    "close",
    "current",
    "find",
    "reopen",
    "scope",
    "why_closed",
]
