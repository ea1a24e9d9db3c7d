"""Why a scope does not open or does not read."""

from __future__ import annotations

from onvif_privacy.core.fields import PurposeRequired

__all__ = ["BulkRefused", "GateClosed", "NotDurable", "PurposeRequired", "ScopeRefused"]


class GateClosed(PurposeRequired):
    """Everything but housekeeping is refused until `reopen`."""


class BulkRefused(PurposeRequired):
    """More people's contact details than one scope may read without a purpose made for many, or without a ticket."""


class NotDurable(RuntimeError):
    """A scope that sends data out was opened inside a transaction, which could take its evidence back."""


class ScopeRefused(ValueError):
    """The scope lacks what its purpose asks for: an exit, durability, a subject, two approvers."""
