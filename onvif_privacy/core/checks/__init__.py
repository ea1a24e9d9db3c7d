"""System checks of the house. Each rule is one function with one id and a hint that says what to write."""

from onvif_privacy.core.checks import databases, declarations, house, keys, ledger, sealed, tools

__all__ = ["databases", "declarations", "house", "keys", "ledger", "sealed", "tools"]
