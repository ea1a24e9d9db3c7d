"""The mail gate: every mail of the site passes it, and one that nobody declared is seen or refused."""

from onvif_privacy.outreach.services.mailgate.backend import GateBackend
from onvif_privacy.outreach.services.mailgate.judging import UndeclaredMail, call_site

__all__ = ["GateBackend", "UndeclaredMail", "call_site"]
