"""People who withdraw while a campaign is being sent, several senders, and senders that are killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from pytest_django import Settings

from onvif_privacy.core import consent
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.outreach.models import Message
from onvif_privacy.outreach.services.campaigns import sending
from tests.core.processes import empty_database, manage, told
from tests.core.threads import at_once
from tests.outreach.factories import queued, subscribers
from tests.smtp import smtp_server

pytestmark = pytest.mark.django_db(transaction=True)

# SQLite keeps milliseconds of a statement's moment
TICK = timedelta(milliseconds=2)


def withdrawing(people: list[Subject], chance: random.Random, seconds: float) -> int:
    """Let people withdraw at random moments; returns how many."""
    for person in people:
        time.sleep(chance.random() * 2 * seconds / len(people))
        consent.withdraw(subject=person, purpose="product_news", method=consent.Method.FORM, key="k")
    return len(people)


def sent_to(campaign: Any) -> Any:
    return sending.send(campaign, time.monotonic() + 600)


def against_withdrawal(*, people: int, leaving: int, senders: int, seconds: float, seed: int = 5) -> int:
    """Send to everybody while some withdraw; returns how many of these were spared."""
    chance = random.Random(seed)
    everybody = subscribers(people)
    campaign = queued()
    parting = chance.sample(everybody, leaving)
    calls: list[Any] = [partial(sent_to, campaign) for _ in range(senders)]
    with smtp_server() as server:
        results = at_once([*calls, partial(withdrawing, parting, chance, seconds)])
        assert [one for one in results if isinstance(one, Exception)] == []
    copies = Counter(message["Message-ID"] for message in server.messages)
    sent = {one.subject_id: one for one in Message.objects.filter(state="sent", campaign=campaign)}
    assert set(copies.values()) <= {1}
    assert len(copies) == len(sent)
    assert Message.objects.filter(campaign=campaign).count() == people
    for decision in Decision.objects.filter(outcome="withdrawn", subject__in=parting):
        one = sent.get(decision.subject_id)
        assert one is None or (one.sending_at is not None and one.sending_at <= decision.decided_at + TICK)
    return people - len(sent)


def test_no_mail_is_decided_on_after_a_withdrawal() -> None:
    against_withdrawal(people=30, leaving=10, senders=2, seconds=0.5)


@pytest.mark.full
def test_ten_thousand_mails_and_a_thousand_withdrawals_twenty_times() -> None:
    runs = int(os.environ.get("RUNS", "20"))
    people = int(os.environ.get("PEOPLE", "10000"))
    spared = 0
    for run in range(runs):
        began = time.monotonic()
        spared += against_withdrawal(people=people, leaving=people // 10, senders=2, seconds=people / 150, seed=run)
        print(f"\n{connection.vendor}: run {run + 1} of {runs}, {people} mails, {time.monotonic() - began:.0f} s")
        Message.objects.all().delete()
    print(f"\n{connection.vendor}: {runs} × {people} mails, {people // 10} withdrawals each, {spared} spared, 0 late")


def killed(folder: Path, *, mails: int, every: int) -> tuple[dict[str, Any], Counter[str]]:
    """Kill the sender around the server's 250 of about one mail in ``every``, and start it again until all is sent."""
    chance, seen = random.Random(11), set[str]()

    def kill(process: int) -> None:
        with suppress(ProcessLookupError):  # it was done before
            os.kill(process, signal.SIGKILL)

    def answer(message: Any) -> str:
        new = message["Message-ID"] not in seen
        seen.add(message["Message-ID"])
        if new and chance.randrange(every) == 0:
            process, wait = int(message["X-Process"]), chance.choice((0.0, chance.random() * 0.01))
            Timer(wait, kill, [process]).start() if wait else kill(process)
        return "250 kept"

    with empty_database(folder) as url:
        assert manage(url, "tests.outreach.killed_site", "migrate", "--verbosity=0").returncode == 0
        with smtp_server() as server:
            server.answer = answer
            port = str(site.EMAIL_PORT)
            ended = told(url, "tests.outreach.killed_site", "tests.outreach.killed_story", port, str(mails))
    return ended, Counter(message["Message-ID"] for message in server.messages)


def lost_nothing(ended: dict[str, Any], copies: Counter[str], mails: int) -> int:
    """Every mail came, each under one id, one wave repeated at most for each kill; returns how many were repeated."""
    repeated = sum(copies.values()) - mails
    assert len(copies) == mails
    assert repeated <= ended["killed"] * 10
    assert max(copies.values()) <= ended["killed"] + 1
    assert ended["states"] == {"sent": mails}
    assert ended["entries"] >= ended["batches"] > 0
    return repeated


def test_a_sender_that_is_killed_loses_nothing_and_repeats_a_wave_at_most(tmp_path: Path) -> None:
    ended, copies = killed(tmp_path, mails=16, every=8)
    assert ended["killed"] >= 1
    lost_nothing(ended, copies, 16)


@pytest.mark.full
def test_two_hundred_kills_of_senders_lose_nothing(tmp_path: Path) -> None:
    ended, copies = killed(tmp_path, mails=2_000, every=8)
    repeated = lost_nothing(ended, copies, 2_000)
    print(f"\n{connection.vendor}: {ended['killed']} kills, 2,000 mails, 0 lost, {repeated} repeated")
    assert ended["killed"] >= 200


def test_two_senders_and_a_lease_that_runs_out_send_each_mail_once(settings: Settings) -> None:
    subscribers(12)
    campaign = queued()

    def lapse() -> None:
        for _ in range(10):
            time.sleep(0.05)
            Message.objects.filter(state="waiting").update(lease_until=None)

    with smtp_server() as server:
        results = at_once([partial(sent_to, campaign), partial(sent_to, campaign), lapse])
    assert [one for one in results if isinstance(one, Exception)] == []
    copies = Counter(message["Message-ID"] for message in server.messages)
    assert (len(copies), set(copies.values())) == (12, {1})
