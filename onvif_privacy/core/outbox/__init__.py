"""The outbox: letters are written with what they tell of, and leave at least once, with one Message-ID."""

from onvif_privacy.core.outbox.claiming import failed, retry
from onvif_privacy.core.outbox.sending import Sent, drain
from onvif_privacy.core.outbox.transport import MailUnreachable

__all__ = ["MailUnreachable", "Sent", "drain", "failed", "retry"]
