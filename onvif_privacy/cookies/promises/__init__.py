"""What this room promises of cookies, and the checks that would notice if it were not so."""

from onvif_privacy.cookies.promises import answers, choices, explained, nature, pictured, published

__all__ = ["answers", "choices", "explained", "nature", "pictured", "published"]
