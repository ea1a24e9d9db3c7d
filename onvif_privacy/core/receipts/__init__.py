"""Receipts: what a person decided, in two published formats, signed, and proved by the ledger once it is sealed."""

from onvif_privacy.core.receipts.issuing import Receipt, issue, verify

__all__ = ["Receipt", "issue", "verify"]
