"""The outbox: letters are written with what they tell of, and leave at least once, with one Message-ID."""

from onvif_privacy.core.outbox.claiming import UNREACHABLE, failed, retry
from onvif_privacy.core.outbox.mailing import NO_CONSENT, Mailing, Refusal
from onvif_privacy.core.outbox.sending import Sent, drain
from onvif_privacy.core.outbox.transport import MailUnreachable
from onvif_privacy.core.outbox.waiting import waiting

__all__ = [
    "NO_CONSENT",
    "UNREACHABLE",
    "MailUnreachable",
    "Mailing",
    "Refusal",
    "Sent",
    "drain",
    "failed",
    "retry",
    "waiting",
]
