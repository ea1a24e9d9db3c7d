"""A sender that starts again whenever it is killed, until no mail waits; prints how often it had to.

``python -m tests.outreach.killed_story <port> <mails>``. Each child names its process in what it sends, so that the
mail server knows whom to kill.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import django
from django.conf import settings


def send() -> None:
    """Send what is due, in a process of its own."""
    from onvif_privacy.outreach.models import Campaign
    from onvif_privacy.outreach.services.campaigns import sending

    whole = sending.written

    def named(*args: Any, **how: Any) -> Any:
        message = whole(*args, **how)
        message.extra_headers["X-Process"] = str(os.getpid())
        return message

    sending.written = named
    sending.send(Campaign.objects.get(), time.monotonic() + 60)


def waiting() -> int:
    """Let dead senders' leases run out, and count what is not sent yet."""
    from django.db import connections

    from onvif_privacy.outreach.models import Message

    Message.objects.exclude(lease_until=None).update(lease_until=django.utils.timezone.now() - timedelta(days=1))
    number = Message.objects.exclude(state="sent").count()
    connections.close_all()  # a child inherits no line to the database
    return number


def main(mails: int) -> None:
    """Queue, and send until all is sent."""
    from onvif_privacy.core.models import Entry
    from onvif_privacy.outreach.models import Message, SendBatch
    from onvif_privacy.outreach.services.campaigns import sending
    from tests.outreach.factories import queued, subscribers

    subscribers(mails)
    queued()
    ended = {"killed": 0, "well": 0}
    while waiting():
        child = os.fork()
        if not child:
            send()
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        ended["killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else "well"] += 1
    SendBatch.objects.filter(closed_at=None).update(opened_at=django.utils.timezone.now() - timedelta(days=1))
    while sending.close_stale():
        pass
    more = {
        "states": Counter(Message.objects.values_list("state", flat=True)),
        "batches": SendBatch.objects.filter(closed_at__isnull=False).count(),
        "entries": Entry.objects.filter(kind="outreach.batch").count(),
    }
    print(json.dumps(ended | more))


if __name__ == "__main__":
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[1]), 10
    django.setup()
    main(int(sys.argv[2]))
