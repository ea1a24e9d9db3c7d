"""A queue that is filled by senders of which some are killed; prints what is there at the end.

``python -m tests.outreach.large_story <people> <kills> <people a page>``. People and their choices are copied by the
database itself, so that the story is about the queue.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from typing import Any

import django


def choose(number: int) -> None:
    """Let so many people choose mails, a thousand at a time."""
    from django.utils import timezone

    from onvif_privacy.core.models import Decision, Entry, Standing, Subject
    from tests.outreach.factories import subscriber

    first = Standing.objects.get(subject=subscriber())
    decision, entry = first.decision, first.decision.entry
    now = timezone.now()
    for start in range(1, number, 1_000):
        people = Subject.objects.bulk_create(Subject() for _ in range(min(1_000, number - start)))
        entries = Entry.objects.bulk_create(_like(entry) for _ in people)
        decisions = Decision.objects.bulk_create(
            _like(decision, subject_id=person.pk, entry_id=made.pk, key=person.pk.hex)
            for person, made in zip(people, entries, strict=True)
        )
        Standing.objects.bulk_create(
            Standing(subject=person, purpose=first.purpose, outcome=first.outcome, decision=made, decided_at=now)
            for person, made in zip(people, decisions, strict=True)
        )


def _like(row: Any, **changes: Any) -> Any:
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    return type(row)(**(values | changes))


def fill(page: int) -> None:
    """Fill the queue, in a process of its own, and say how much memory that took besides."""
    from onvif_privacy.outreach.models import Campaign
    from onvif_privacy.outreach.services.campaigns import queueing

    campaign = Campaign.objects.get()
    queueing.page(campaign, page)  # what is loaded once is not growth
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while queueing.page(campaign, page) == page:
        pass
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    with open(os.environ["GROWN"], "w") as file:
        file.write(str(grown))


def main(people: int, kills: int, page: int) -> None:
    """Fill the queue while so many senders are killed; meanwhile ask for the progress."""
    from django.db import connections

    from onvif_privacy.outreach.models import Campaign, Message
    from onvif_privacy.outreach.services.campaigns import acting, progress
    from tests.outreach.factories import approved

    choose(people)
    made, asked, killed, began = approved(), 0, 0, time.monotonic()
    acting.begin(made)
    while Campaign.objects.get().state == "queueing":
        connections.close_all()  # a child inherits no line to the database
        child = os.fork()
        if not child:
            fill(page)
            os._exit(0)
        until = (killed + 1) * people // (kills + 1)
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            found = progress.of(Campaign.objects.get()).total
            asked += 1
            if killed < kills and found >= until:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                killed += 1
                break
            time.sleep(0.005)
    seconds = time.monotonic() - began
    rows = Message.objects.filter(campaign=made)
    with open(os.environ["GROWN"]) as file:
        grown = int(file.read())
    told = {
        "rows": rows.count(),
        "people": rows.values("subject").distinct().count(),
        "killed": killed,
        "asked": asked,
        "grown": grown,
        "seconds": round(seconds),
        "state": Campaign.objects.get().state,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    django.setup()
    main(*(int(one) for one in sys.argv[1:4]))
