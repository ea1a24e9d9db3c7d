"""What this room does. Other code calls `decide`, and tests of a host site `choice_cookies` and `load`."""

from onvif_privacy.cookies.services.deciding import choice_cookies, decide
from onvif_privacy.cookies.services.publishing import publish
from onvif_privacy.cookies.services.running import current, load

__all__ = ["choice_cookies", "current", "decide", "load", "publish"]
