"""What this room promises of cookies, and the checks that would notice if it were not so."""

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.promises import answers, choices, explained, nature, published

if conf.STORAGE:
    from onvif_privacy.cookies.promises import pictured as pictured

__all__ = ["answers", "choices", "explained", "nature", "published"]
