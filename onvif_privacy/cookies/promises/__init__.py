"""What this room promises of cookies, and the checks that would notice if it were not so."""

from onvif_privacy.cookies.promises import answers, choices, nature, published

__all__ = ["answers", "choices", "nature", "published"]
