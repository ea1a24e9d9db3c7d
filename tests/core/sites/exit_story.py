"""Processes that die right after their first value left the gate; prints how many left their entry behind."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import django


def _die_after_the_first_value() -> None:
    """In a child: read one value for an exit, tell the parent's pipe, and end as a crash would."""
    from onvif_privacy.core import gate
    from tests.core.hostapp.models import Order

    with gate.scope("mailing", exit="printer", durable=True) as scope:
        row = next(iter(scope.read(Order.objects.all(), ["email"])))
        os.write(1, f"{scope.evidence.reference} {row['email']}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def story(number: int) -> dict[str, Any]:
    """Let ``number`` children die, and look for the entry of each."""
    from django.core.management import call_command
    from django.db import connections

    from onvif_privacy.core import ledger
    from onvif_privacy.core.models import Entry, Subject
    from tests.core.hostapp.models import Order

    call_command("migrate", verbosity=0)
    Order.objects.create(owner=Subject.objects.create(), email="qanary@example.org")
    read, killed = [], 0
    for _one in range(number):
        connections.close_all()
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(theirs, 1)
            _die_after_the_first_value()
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            read += pipe.read().split()[:1]
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    opened = {ledger.opened(entry)["scope"] for entry in Entry.objects.filter(kind="gate.opened")}
    closed = Entry.objects.filter(kind="gate.closed").count()
    return {"read": len(set(read)), "killed": killed, "recorded": len(opened & set(read)), "closed": closed}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(story(int(sys.argv[1]))))
