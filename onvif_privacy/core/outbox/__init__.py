"""The outbox: letters are written with what they tell of, and leave at least once, with one Message-ID."""

from onvif_privacy.core.outbox.claiming import NO_CONSENT, UNREACHABLE, failed, retry
from onvif_privacy.core.outbox.sending import Sent, drain
from onvif_privacy.core.outbox.transport import MailUnreachable
from onvif_privacy.core.outbox.waiting import waiting

__all__ = ["NO_CONSENT", "UNREACHABLE", "MailUnreachable", "Sent", "drain", "failed", "retry", "waiting"]
