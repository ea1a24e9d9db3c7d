"""A relay that starts again whenever it is killed, until no letter waits; prints how often it had to.

``python -m tests.core.sites.relaying <port> <letters>`` writes the letters first. Each child names its process in
the mails it sends, so that the mail server knows whom to kill.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import timedelta

import django
from django.conf import settings


def relay() -> None:
    """Send what is due, in a process of its own."""
    from django.core.mail import EmailMessage

    from onvif_privacy.core import outbox
    from tests.core.hostapp.models import Postcard

    def compose(card: Postcard) -> EmailMessage:
        process = {"X-Process": str(os.getpid())}
        return EmailMessage("A postcard", card.words, to=[card.address], headers=process)

    outbox.drain(Postcard, time.monotonic() + 30, compose=compose)


def waiting() -> int:
    """Let dead relays' leases run out, and count what is not sent yet."""
    from django.db import connections

    from tests.core.hostapp.models import Postcard

    Postcard.objects.exclude(lease_until=None).update(lease_until=django.utils.timezone.now() - timedelta(days=1))
    number = Postcard.objects.exclude(state="sent").count()
    connections.close_all()  # a child inherits no line to the database
    return number


def main(letters: int) -> None:
    """Write, and relay until all is sent."""
    from onvif_privacy.core.models import Subject
    from tests.core.hostapp.models import Postcard

    subject = Subject.objects.create()
    shape = {"subject": subject, "purpose": "fulfilment", "address": "ada@example.org"}
    Postcard.objects.bulk_create(Postcard(**shape, words=str(number)) for number in range(letters))
    ended = {"killed": 0, "well": 0}
    while waiting():
        child = os.fork()
        if not child:
            relay()
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        ended["killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else "well"] += 1
    print(json.dumps(ended | {"states": list(Postcard.objects.values_list("state", flat=True).distinct())}))


if __name__ == "__main__":
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[1]), 10
    django.setup()
    main(int(sys.argv[2]))
