"""Opening reported messages: one of staff asks, another says yes, and each reading is recorded before it is shown."""

from onvif_privacy.community.services.openings.asking import (
    approve_opening,
    close_report,
    decline_opening,
    request_opening,
)
from onvif_privacy.community.services.openings.common import APPROVE, EXIT, PURPOSE, REQUEST
from onvif_privacy.community.services.openings.reading import Opened, covered, open_message, open_report
from onvif_privacy.community.services.openings.releasing import open_released
from onvif_privacy.community.services.openings.telling import tell_participants

__all__ = [
    "APPROVE",
    "EXIT",
    "PURPOSE",
    "REQUEST",
    "Opened",
    "approve_opening",
    "close_report",
    "covered",
    "decline_opening",
    "open_message",
    "open_released",
    "open_report",
    "request_opening",
    "tell_participants",
]
