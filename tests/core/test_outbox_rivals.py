"""Several relays, people who withdraw meanwhile, and a mail server that fails at random."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage as Received
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from onvif_privacy.core import consent
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.outbox import MailUnreachable
from tests.certificates import served
from tests.core.hostapp.models import Postcard
from tests.core.letters import drain, postcard
from tests.core.orders import grant
from tests.core.threads import at_once
from tests.smtp import smtp_server

pytestmark = pytest.mark.django_db(transaction=True)

# SQLite keeps milliseconds of a statement's moment
TICK = timedelta(milliseconds=2)


def withdrawn(people: list[Subject]) -> int:
    """Let people withdraw, one after the other; returns how many."""
    for person in people:
        consent.withdraw(subject=person, purpose="offers", method=consent.Method.FORM, key="k")
    return len(people)


def mailing(*, people: int, leaving: int, relays: int) -> int:
    """Send to everybody while some withdraw; returns how many of these were not written to."""
    everybody = [Subject.objects.create() for _ in range(people)]
    for person in everybody:
        grant(person)
        postcard(subject=person, purpose="offers")
    chance = random.Random(5)
    parting = chance.sample(everybody, leaving)
    calls: list[Callable[[], object]] = [partial(drain, 60) for _ in range(relays)]
    with smtp_server() as server:
        results = at_once([*calls, partial(withdrawn, parting)])
        assert [one for one in results if isinstance(one, Exception)] == []
    copies = Counter(message["Message-ID"] for message in server.messages)
    sent = {card.subject_id: card for card in Postcard.objects.filter(state="sent")}
    assert set(copies.values()) <= {1}
    assert len(copies) == len(sent)
    assert Postcard.objects.filter(state="skipped").count() == people - len(sent)
    for decision in Decision.objects.filter(purpose="offers", outcome="withdrawn"):
        card = sent.get(decision.subject_id)
        assert card is None or (card.sending_at is not None and card.sending_at <= decision.decided_at + TICK)
    return people - len(sent)


def test_two_relays_send_each_letter_once_and_none_after_a_withdrawal() -> None:
    mailing(people=24, leaving=12, relays=2)


@pytest.mark.full
def test_a_thousand_letters_and_a_withdrawal_of_every_tenth() -> None:
    spared = mailing(people=1_000, leaving=100, relays=3)
    print(f"\n{connection.vendor}: 1,000 letters, 100 withdrawals, {spared} of them in time, 0 sent after theirs")


def random_faults(letters: int) -> Counter[str]:
    """Let a server fail at random at each letter, and judge what is marked; returns how often each thing happened."""
    chance, happened, taken = random.Random(9), Counter[str](), set[str]()
    for _ in range(letters):
        postcard()

    def recipient(address: str) -> str:
        answer = chance.choice(["250 ok"] * 4 + ["450 4.2.1 later", "421 4.3.2 closing"] + ["550 5.1.1 nobody"])
        happened[answer] += 1
        return answer

    def text(message: Received) -> str:
        answer = chance.choice(["250 kept"] * 3 + ["451 later", "552 5.3.4 too big", ""])
        happened[answer or "cut"] += 1
        if answer.startswith("250"):
            taken.add(message["Message-ID"])
        return answer

    with smtp_server() as server:
        server.answer_to, server.answer = recipient, text
        for _ in range(7):
            drain(600)
            Postcard.objects.filter(state="waiting").update(not_before=None)
    states = Counter(Postcard.objects.values_list("state", flat=True))
    assert set(states) <= {"sent", "failed"}
    assert {f"<{card.pk}@testserver>" for card in Postcard.objects.filter(state="sent")} == taken
    return happened + states


def test_whatever_the_server_answers_only_its_250_marks_a_letter_sent() -> None:
    random_faults(25)


@pytest.mark.full
def test_two_hundred_letters_and_encryption_that_is_stripped_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = random_faults(200)
    shown, chance = served(tmp_path), random.Random(2)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.authority))
    Postcard.objects.all().delete()
    for _ in range(200):
        postcard()
        offered = chance.random() < 0.5
        with smtp_server(starttls=shown.context if offered else None, EMAIL_USE_TLS=True) as server:
            if offered:
                drain(5)
                assert all(server.encrypted)
                assert Postcard.objects.exclude(state="sent").count() == 0
            else:
                with pytest.raises(MailUnreachable):
                    drain(5)
                assert server.heard == []
        happened[f"offered {offered}"] += 1
    print(f"\n{connection.vendor}: {dict(happened)}")
