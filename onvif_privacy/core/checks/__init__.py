"""System checks of the house. Each rule is one function with one id and a hint that says what to write."""

from onvif_privacy.core.checks import declarations, house, sealed

__all__ = ["declarations", "house", "sealed"]
