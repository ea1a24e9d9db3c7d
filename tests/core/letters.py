"""Letters of the small shop, and how they are written."""

from __future__ import annotations

import time
from typing import Any

from django.core.mail import EmailMessage

from onvif_privacy.core import outbox
from onvif_privacy.core.models import Subject
from onvif_privacy.core.outbox import Sent
from tests.core.hostapp.models import Postcard


def postcard(**changes: Any) -> Postcard:
    """Write a postcard to a new subject; its purpose is one that nobody is asked for."""
    values: dict[str, Any] = {
        "subject": Subject.objects.create(),
        "purpose": "fulfilment",
        "address": "ada@example.org",
    }
    return Postcard.objects.create(**(values | changes))


def compose(card: Postcard) -> EmailMessage | None:
    """Write one as a mail."""
    return EmailMessage("A postcard", card.words, to=[card.address]) if card.address else None


def drain(seconds: float = 60, **changes: Any) -> Sent:
    """Send what is due."""
    return outbox.drain(Postcard, time.monotonic() + seconds, **({"compose": compose} | changes))


def due_again() -> None:
    """Let the waits pass."""
    Postcard.objects.filter(state="waiting").update(not_before=None)
