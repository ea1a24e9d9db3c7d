"""What private conversations do behind the pages; imported only where they are switched on."""

from __future__ import annotations

import time

from onvif_privacy.community.models import ConversationLetter
from onvif_privacy.community.services.conversations.letters import Notifications
from onvif_privacy.community.services.openings import tell_participants
from onvif_privacy.core import outbox
from onvif_privacy.core.jobs import Run, job

SENDING_SECONDS = 40


@job("community.letters", every="1m", lease="5m", alarm="1h")
def send_letters(run: Run) -> None:
    """Say to people that a message waits for them."""
    with run.step():
        pass
    outbox.drain(ConversationLetter, time.monotonic() + SENDING_SECONDS, mailing=Notifications(ConversationLetter))


@job("community.openings", every="15m", lease="5m", alarm="1d")
def tell_of_openings(run: Run) -> None:
    """Say to people that messages of their conversation were read."""
    with run.step():
        pass
    tell_participants()
