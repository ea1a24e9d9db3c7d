"""Statements that fail, mail servers that refuse, a ledger that cannot be written: nothing is half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection
from django.utils import timezone

from onvif_privacy.core import consent, outbox
from onvif_privacy.core.models import Decision, Entry, Subject
from onvif_privacy.outreach.models import Campaign, Message, OptIn, SendBatch, Subscriber
from onvif_privacy.outreach.services import optin, suppression
from onvif_privacy.outreach.services.campaigns import acting, queueing, sending
from tests.core.counts import few_or_all
from tests.core.faults import at_statement, refusing_entries, statements_of
from tests.outreach.factories import approved, queued, send, subscriber, subscribers
from tests.smtp import Server

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = few_or_all(9, 1)


def failing(at: int, call: Callable[[], object]) -> bool:
    """Call with one statement that fails; whether the call ended with an error."""
    with at_statement(at):
        try:
            call()
        except (Error, consent.ConsentUnavailable):
            connection.close_if_unusable_or_obsolete()
            return True
    return False


@pytest.mark.parametrize("every", EVERY)
def test_a_page_of_the_queue_is_there_whole_or_not_at_all(every: int) -> None:
    subscribers(3)
    made = approved()
    acting.begin(made)

    def call() -> None:
        queueing.page(made, 2)

    number = statements_of(call)
    for at in range(1, number + 1, every):
        Message.objects.all().delete()
        acting.rows().update(state="queueing", cursor=None)
        failed = failing(at, call)
        made.refresh_from_db()
        assert (Message.objects.count(), made.cursor is None) == ((0, True) if failed else (2, False)), at
        while made.state == "queueing":
            call()
            made.refresh_from_db()
        assert (made.state, Message.objects.count()) == ("sending", 3), at


@pytest.mark.parametrize("every", few_or_all(23, 1))
def test_whatever_statement_of_sending_fails_every_mail_leaves_once(every: int, server: Server, settings: Any) -> None:
    settings.ONVIF_PRIVACY_OUTREACH_CAP = (3_000, 30)
    subscribers(2)
    first = queued()
    number = statements_of(lambda: send(first))
    for at in range(1, number + 1, every):
        made = queued()
        server.messages.clear()
        failing(at, lambda made=made: send(made))  # type: ignore[misc]
        assert not made.messages.filter(state="sent", decision=None).exists(), at
        # whoever held a mail is gone: its lease runs out
        made.messages.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(days=1))
        send(made)
        made.refresh_from_db()
        assert (made.state, set(made.messages.values_list("state", flat=True))) == ("done", {"sent"}), at
        copies = Counter(message["Message-ID"] for message in server.messages)
        assert (len(copies), max(copies.values()) <= 2) == (2, True), at
    SendBatch.objects.filter(closed_at=None).update(opened_at=timezone.now() - timedelta(days=1))
    while sending.close_stale():
        pass
    assert SendBatch.objects.filter(entry=None).count() == 0


@pytest.mark.parametrize("every", EVERY)
def test_a_yes_is_taken_whole_or_not_at_all(every: int) -> None:
    def asked() -> str:
        OptIn.objects.all().delete()
        optin.request(address="ada@example.org", purpose="product_news")
        return optin.token(OptIn.objects.get())

    suppression.suppress(address="ada@example.org", scope="product_news", reason="unsubscribe")
    token = asked()
    number = statements_of(lambda: optin.confirm(given=token))
    for at in range(1, number + 1, every):
        suppression.suppress(address="ada@example.org", scope="product_news", reason="unsubscribe")
        token, before = asked(), (Decision.objects.count(), Subscriber.objects.count(), Subject.objects.count())
        if failing(at, lambda token=token: optin.confirm(given=token)):  # type: ignore[misc]
            after = (Decision.objects.count(), Subscriber.objects.count(), Subject.objects.count())
            assert after == before, at
            assert suppression.suppressed("ada@example.org", "product_news"), at
            assert optin.confirm(given=token) == "product_news"
        assert Decision.objects.count() == before[0] + 1, at
        assert Entry.objects.filter(kind="outreach.confirmed").count() == Decision.objects.count(), at
        assert not suppression.suppressed("ada@example.org", "product_news")
        assert not OptIn.objects.exists()


@pytest.mark.parametrize(
    ("where", "said", "state", "attempts"),
    [
        ("address", "451 4.3.0 later", "waiting", 1),
        ("address", "550 5.7.1 no", "failed", 1),
        ("text", "451 4.3.0 later", "waiting", 1),
        ("text", "554 5.6.0 no", "failed", 1),
        ("text", "", "waiting", 1),
    ],
    ids=["4xx to the address", "5xx to the address", "4xx to the text", "5xx to the text", "line lost after the text"],
)
def test_no_mail_counts_as_sent_without_a_yes_of_the_server(
    server: Server, where: str, said: str, state: str, attempts: int
) -> None:
    subscriber()
    made = queued()
    setattr(server, "answer_to" if where == "address" else "answer", lambda whatever: said)
    with_line = said or "lost"
    try:
        assert send(made).sent == 0, with_line
    except outbox.MailUnreachable:
        assert said == ""
    one = Message.objects.get()
    assert (one.state, one.sent_at) == (state, None)
    assert one.attempts <= attempts
    if state == "waiting":
        server.answer_to, server.answer = (lambda address: "250 ok"), (lambda message: "250 kept")
        Message.objects.update(not_before=timezone.now() - timedelta(days=1))
        send(made)
        assert Message.objects.get().state == "sent"
        assert len({message["Message-ID"] for message in server.messages}) == 1


def test_a_server_that_does_not_encrypt_pauses_the_campaign_and_hears_nothing(server: Server, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True  # somebody on the line has taken STARTTLS out of the server's answer
    subscribers(2)
    made = queued()
    with pytest.raises(outbox.MailUnreachable):
        send(made)
    assert server.heard == []
    made.refresh_from_db()
    assert (made.state, made.because) == ("paused", "SMTPNotSupportedError")
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}


def test_no_address_is_read_where_its_reading_cannot_be_recorded(server: Server, monkeypatch: Any) -> None:
    subscriber()
    made, read = queued(), list[int]()
    emails = sending.contacts.emails
    monkeypatch.setattr(sending.contacts, "emails", lambda *given: read.append(1) or emails(*given))
    with refusing_entries("constraint"), pytest.raises(Error):
        send(made)
    assert (server.heard, read) == ([], [])
    assert Message.objects.get().sent_at is None
    Message.objects.update(lease_until=timezone.now() - timedelta(days=1))
    assert send(made).sent == 1


def test_withdrawing_while_a_mail_waits_for_its_next_try_ends_it(server: Server) -> None:
    person = subscriber()
    made = queued()
    server.answer = lambda message: "451 4.3.0 later"
    send(made)
    consent.withdraw(subject=person, purpose="product_news", method=consent.Method.FORM, key="k")
    server.answer = lambda message: "250 kept"
    Message.objects.update(not_before=timezone.now() - timedelta(days=1))
    send(made)
    assert Message.objects.get().reason == "no_consent"
    assert server.messages == []
    assert Campaign.objects.get().state == "done"
