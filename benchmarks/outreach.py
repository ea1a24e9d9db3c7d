"""What a large campaign costs, from its queue to a mail server, and the queue of enquiries where there are very many.

Mails go through the mail gate to a mail server in a process of its own on the same machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from django.contrib.auth import get_user_model  # noqa: E402 - the settings must stand first
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks.memory import Sampled  # noqa: E402
from benchmarks.pages import PAGES, analyse, filled, page  # noqa: E402
from benchmarks.sink import sink  # noqa: E402
from benchmarks.timing import Row, milliseconds, timed  # noqa: E402
from onvif_privacy.core.guards import create, drop  # noqa: E402
from onvif_privacy.core.models import Standing  # noqa: E402
from onvif_privacy.core.outbox import mailer  # noqa: E402
from onvif_privacy.enquiries.models import ClauseLink, Concern, Enquiry  # noqa: E402
from onvif_privacy.enquiries.services.states import by  # noqa: E402
from onvif_privacy.outreach.models import Campaign, Message  # noqa: E402
from onvif_privacy.outreach.services.campaigns import acting, progress, queueing, sending  # noqa: E402
from tests.core.factories import UserFactory  # noqa: E402
from tests.outreach.factories import approved, queued, subscribers  # noqa: E402
from tests.outreach.large_story import choose  # noqa: E402

GATE = "onvif_privacy.outreach.services.GateBackend"
SITE = {
    "ONVIF_PRIVACY_BASE_URL": "https://news.example.com",
    "ONVIF_PRIVACY_SITES": ["news.example.com"],
    "ONVIF_PRIVACY_OUTREACH_FROM": "Example <news@example.com>",
    "ONVIF_PRIVACY_OUTREACH_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
}
PARAGRAPH = "Much has happened since our last letter, and [what is new](https://news.example.com/may/) is told here. "
TEXT = ("News of May", "Dear {name},\n\n" + "\n\n".join([PARAGRAPH * 3] * 3))  # with both parts some 5 kB
AT_ONCE = 100
QUEUE = "/admin/onvif_privacy_enquiries/enquiry/"
START = datetime(2024, 1, 10, tzinfo=UTC)
# what a house has that answers: nine in ten are closed
STATES = ("received", "acknowledged", "investigating", "determined", "remedying", *("closed",) * 45)
CLAUSES = ("product_news", "no_sale", "security", "contact", "surveys")


def sending_all(number: int) -> list[Row]:
    """Measure the sender, from the first claim to the last 2xx, and what a mail server has of it."""
    for start in tqdm(range(0, number, AT_ONCE), desc="subscribers", disable=None):
        with transaction.atomic():
            subscribers(min(AT_ONCE, number - start))
    made = queued(texts={"en": TEXT})
    analyse(Message)
    with sink() as server, mailer.instead(GATE, host="127.0.0.1", port=server.port, timeout=30):
        started, worked = time.perf_counter(), time.process_time()
        done = sending.send(made, time.monotonic() + 3_600)
        clock, own = time.perf_counter() - started, time.process_time() - worked
    made.refresh_from_db()
    if (done.sent, server.mails, made.state) != (number, number, "done"):
        raise RuntimeError(f"{done.sent} of {number} were sent, {server.mails} came, and it is {made.state}")
    said = (
        f"{number / clock:,.0f} mails/s; CPU {own / number * 1000:.2f} ms a mail; {server.size / number / 1000:.1f} kB"
    )
    return [["mails to a mail server on this machine", said, "≥ 500 mails/s on PostgreSQL", f"{number:,}"]]


def queueing_all(number: int) -> list[Row]:
    """Measure the queue of one campaign, its memory, and the progress that is asked for meanwhile."""
    choose(number - Standing.objects.count())
    analyse(Standing)
    made = approved()
    acting.begin(made)
    first = queueing.page(made)  # what is loaded once is not growth
    started, worked, left = time.perf_counter(), time.process_time(), 0
    with Sampled() as memory, tqdm(total=number, desc="queue", disable=None) as shown:
        while more := queueing.page(made):
            left += more
            shown.update(more)
    clock, own = time.perf_counter() - started, time.process_time() - worked
    made.refresh_from_db()
    if (first + left, made.messages.count(), made.state) != (number, number, Campaign.State.SENDING):
        raise RuntimeError(f"{made.messages.count():,} of {number:,} are in the queue")
    said = f"{left / clock:,.0f} rows/s; CPU {own / left * 1e6:.0f} µs a row; {memory}"
    times = milliseconds(timed(lambda: progress.of(made), PAGES, "progress"))
    return [
        ["queue of one campaign", said, "≥ 8,000 rows/s, ≤ 20 MiB", f"{number:,}"],
        [f"progress of {number:,} mails", times, "1,000,000: ≤ 100 ms", str(PAGES)],
    ]


def enquiries(number: int, reader: Any) -> None:
    """Store enquiries in every state, each tied to a clause, some of them about the reader."""
    me, other = by(reader), "somebody-else"

    def row(place: int) -> Enquiry:
        state, at = STATES[place % len(STATES)], START + timedelta(minutes=20 * place)
        decided = {"outcome": "not_upheld", "determined_at": at + timedelta(days=7), "determined_by": other}
        right = {**decided, "outcome": "upheld"}
        of_state: dict[str, dict[str, Any]] = {
            "received": {"quarantined": "many" if place % 3 else ""},
            "determined": decided,
            "remedying": right,
            "closed": {**decided, "closed_at": at + timedelta(days=9)},
        }
        return Enquiry(
            kind="complaint",
            channel="form",
            state=state,
            received_at=at,
            handler=(me, other)[place % 2] if state not in ("received", "acknowledged") else "",
            due_at=None if state == "closed" else at + timedelta(days=place % 900),
            **of_state.get(state, {}),
        )

    filled(number, "enquiries", row, Enquiry)
    keys = list(Enquiry.objects.values_list("pk", flat=True))

    def link(place: int) -> ClauseLink:
        return ClauseLink(
            enquiry_id=keys[place],
            slug=CLAUSES[place % len(CLAUSES)],
            on=START.date(),
            verdict_on="kept",
            verdict_received="kept",
            history_digest="0" * 64,
            at=START,
        )

    filled(number, "clauses", link, ClauseLink)
    filled(min(50, number), "concerns", lambda place: Concern(enquiry_id=keys[place], person=me, at=START), Concern)


def queue_of_enquiries(number: int) -> list[Row]:
    """Measure what staff open each day."""
    reader = UserFactory(is_staff=True, is_superuser=True)
    reader = get_user_model()._default_manager.get(pk=reader.pk)
    drop()  # enquiries are born in the middle of their lives
    enquiries(number, reader)
    create()
    analyse(Enquiry, ClauseLink)
    client = Client()
    client.force_login(reader)
    many = f"{number:,} enquiries"
    budget = "≤ 12 queries, p95 ≤ 150 ms"
    return [
        page(client, f"queue, {many}", QUEUE, budget),
        page(client, f"queue, overdue, {many}", f"{QUEUE}?waits=overdue", budget),
        page(client, f"queue, what I handle, {many}", f"{QUEUE}?waits=mine", budget),
    ]


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "send": lambda options: sending_all(options.mails),
    "queue": lambda options: queueing_all(options.recipients),
    "enquiries": lambda options: queue_of_enquiries(options.enquiries),
}


@contextmanager
def site() -> Iterator[None]:
    """Make a database of its own for a site that sends mails."""
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with override_settings(**SITE):
            yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000, help="people in the queue of one campaign")
    parser.add_argument("--mails", type=int, default=5_000, help="mails that are sent")
    parser.add_argument("--enquiries", type=int, default=50_000, help="comments and complaints, closed ones included")
    parser.add_argument("--only", choices=[*PARTS], action="append", help="one of them; default: all")
    options = parser.parse_args(arguments)
    with site():
        rows = [row for part in options.only or PARTS for row in PARTS[part](options)]
    note = "One run each but for pages; CPU and memory (looked at fifty times a second) are those of our own process."
    print_table(f"Outreach on {connection.display_name}", ["figure", "measured", "budget", "n"], rows, note)


if __name__ == "__main__":
    main()
