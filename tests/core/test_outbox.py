"""The outbox: on a decision that holds at that moment, never in the clear, marked only after the server's 250."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage as Received
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, outbox, subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.outbox import MailUnreachable, Sent, claiming
from onvif_privacy.core.outbox.transport import TIMEOUT_SECONDS, Line
from onvif_privacy.core.testing import temporarily
from tests.certificates import served
from tests.core.factories import UserFactory
from tests.core.faults import at_commit, at_statement, statements_of
from tests.core.hostapp.models import Postcard
from tests.core.letters import compose, drain, postcard
from tests.core.orders import grant
from tests.smtp import Server, smtp_server

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as running:
        yield running


def due_again() -> None:
    """Let the waits pass."""
    Postcard.objects.filter(state="waiting").update(not_before=None)


def test_a_letter_leaves_once_and_is_marked_after_the_server_has_it(server: Server) -> None:
    card = postcard(words="Grüße aus Wien")
    assert drain() == Sent(sent=1)
    assert drain() == Sent()
    (message,) = server.messages
    card.refresh_from_db()
    assert (card.state, card.reason, card.attempts, card.lease) == ("sent", "", 1, None)
    assert card.sent_at is not None
    assert message["Message-ID"] == f"<{card.pk}@testserver>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == "Grüße aus Wien"


def test_links_and_ids_name_the_sites_own_address(server: Server, settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://shop.example.org"
    card = postcard()
    drain()
    assert server.messages[0]["Message-ID"] == f"<{card.pk}@shop.example.org>"


def test_a_letter_is_written_with_what_it_tells_of_or_not_at_all() -> None:
    with transaction.atomic():
        postcard()
        transaction.set_rollback(True)
    assert drain() == Sent()


# On a decision that holds now


def test_who_withdrew_while_the_letter_waited_is_not_written_to(server: Server) -> None:
    staying, leaving = Subject.objects.create(), Subject.objects.create()
    for person in (staying, leaving):
        grant(person)
        postcard(subject=person, purpose="offers", address=f"{person.reference}@example.org")
    consent.withdraw(subject=leaving, purpose="offers", method=consent.Method.FORM, key="k")
    assert drain() == Sent(sent=1, skipped=1)
    assert server.recipients == [f"{staying.reference}@example.org"]
    assert Postcard.objects.get(subject=leaving).reason == "no_consent"


def test_the_restricted_the_merged_and_who_never_agreed_are_not_written_to(server: Server) -> None:
    restricted, merged, silent = (Subject.objects.create() for _ in range(3))
    cards = [postcard(subject=restricted), postcard(subject=merged), postcard(subject=silent, purpose="offers")]
    subjects.restrict(restricted)
    subjects.merge(visitor=merged, into=Subject.objects.create(), key="k")
    assert drain() == Sent(skipped=3)
    assert server.heard == []
    assert {Postcard.objects.get(pk=card.pk).state for card in cards} == {"skipped"}


def test_whom_nobody_knows_gets_what_nobody_is_asked_for_and_nothing_else(server: Server) -> None:
    postcard(subject=None)
    postcard(subject=None, purpose="offers")
    assert drain() == Sent(sent=1, skipped=1)


@with_commits
def test_a_decision_is_asked_after_the_line_stands_and_before_the_address_is_read(server: Server) -> None:
    card = postcard()
    told: list[str] = []

    def composing(letter: Postcard) -> EmailMessage | None:
        told.append(Postcard.objects.get(pk=letter.pk).state)
        assert not transaction.get_connection().in_atomic_block
        return compose(letter)

    drain(compose=composing)
    assert told == ["sending"]
    card.refresh_from_db()
    assert card.sending_at is not None


def test_who_cannot_be_reached_is_recorded_so(server: Server) -> None:
    card = postcard(address="")
    assert drain() == Sent(skipped=1)
    card.refresh_from_db()
    assert (card.state, card.reason) == ("skipped", "unreachable")


# What the server says


def refuse(code: str) -> Any:
    return lambda given: code


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ("451 4.7.1 greylisted, ada@example.org", "waiting", "smtp 451 4.7.1"),
        ("452 too much mail", "waiting", "smtp 452"),
        ("550 5.1.1 no ada@example.org here", "failed", "smtp 550 5.1.1"),
        ("554 refused", "failed", "smtp 554"),
    ],
)
@pytest.mark.parametrize("where", ["recipient", "text"])
def test_only_a_final_answer_about_this_letter_ends_it(
    server: Server, caplog: pytest.LogCaptureFixture, answer: str, state: str, reason: str, where: str
) -> None:
    first, second = postcard(), postcard(address="bob@example.org")
    if where == "recipient":
        server.answer_to = lambda address: answer if address.startswith("ada") else "250 ok"
    else:
        server.answer = lambda message: answer if message["To"].startswith("ada") else "250 kept"
    with caplog.at_level(logging.DEBUG):
        done = drain()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.reason, second.state) == (state, reason, "sent")
    assert (done.sent, done.failed, done.missed) == (1, int(state == "failed"), int(state == "waiting"))
    ours = "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")  # the server's own
    assert "was not taken: smtp" in ours
    assert "example.org" not in ours


def test_tries_back_off_and_then_ask_staff_and_nothing_expires(server: Server) -> None:
    card = postcard()
    server.refuse = True
    waits = []
    for _ in range(6):
        assert Postcard.objects.get().state == "waiting"
        assert drain().sent == 0
        card.refresh_from_db()
        if card.not_before and card.sending_at:
            waits.append(round((card.not_before - card.sending_at).total_seconds() / 60))
        assert drain() == Sent()  # not before its time
        due_again()
    assert waits == [1, 4, 16, 64, 256]
    assert (card.state, card.reason, card.attempts) == ("failed", "smtp 451", 6)
    assert list(outbox.failed(Postcard)) == [card]
    server.refuse = False
    assert outbox.retry(Postcard.objects.all()) == 1
    assert drain() == Sent(sent=1)
    assert server.messages[0]["Message-ID"] == f"<{card.pk}@testserver>"


def test_a_server_that_is_down_costs_no_letter_a_try() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        cards = [postcard() for _ in range(3)]
        with smtp_server(EMAIL_PORT=port), pytest.raises(MailUnreachable, match="ConnectionRefusedError"):
            drain()
    assert {(card.state, card.attempts, card.lease) for card in Postcard.objects.all()} == {("waiting", 0, None)}
    with smtp_server() as server:
        assert drain() == Sent(sent=len(cards))
    assert len(server.messages) == len(cards)


def test_a_server_that_says_nothing_is_given_up(settings: Any) -> None:
    postcard()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with (
            smtp_server(EMAIL_PORT=silent.getsockname()[1], EMAIL_TIMEOUT=0.2),
            pytest.raises(MailUnreachable, match=r"SMTPServerDisconnected|TimeoutError"),
        ):
            drain()
    assert Postcard.objects.get().attempts == 0


def test_a_site_without_a_time_out_gets_one(server: Server, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = None
    with Line() as line:
        line.open()
        assert line._backend.connection.sock.gettimeout() == TIMEOUT_SECONDS


def test_a_line_lost_after_the_text_is_tried_again_under_the_same_id(server: Server) -> None:
    card, other = postcard(), postcard(address="bob@example.org")
    cut: list[str] = []

    def answer(message: Received) -> str:
        if message["To"].startswith("ada") and not cut:
            cut.append(message["Message-ID"])
            return ""
        return "250 kept"

    server.answer = answer
    assert drain() == Sent(sent=1, missed=1)  # the other one has a new line
    card.refresh_from_db()
    assert (card.state, card.reason) == ("waiting", "SMTPServerDisconnected")
    due_again()
    assert drain() == Sent(sent=1)
    ids = [message["Message-ID"] for message in server.messages]
    assert sorted(ids) == sorted([f"<{card.pk}@testserver>"] * 2 + [f"<{other.pk}@testserver>"])


# Never in the clear


def test_a_server_that_encrypts_is_spoken_to_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = served(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.authority))
    postcard()
    with smtp_server(starttls=shown.context, EMAIL_USE_TLS=True) as server:
        assert drain() == Sent(sent=1)
    assert server.encrypted == [True]


def test_encryption_that_was_stripped_ends_the_try_with_not_a_byte_sent(server: Server, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True
    cards = [postcard() for _ in range(3)]
    for _ in range(3):
        with pytest.raises(MailUnreachable, match="SMTPNotSupportedError"):
            drain()
    assert server.heard == []
    assert [(card.state, card.attempts) for card in Postcard.objects.all()] == [("waiting", 0)] * len(cards)


@pytest.mark.parametrize("trouble", ["unknown authority", "another host", "expired"])
def test_a_certificate_that_does_not_hold_ends_the_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    shown = served(
        tmp_path, host="mail.example.org" if trouble == "another host" else "127.0.0.1", expired=trouble == "expired"
    )
    if trouble != "unknown authority":
        monkeypatch.setenv("SSL_CERT_FILE", str(shown.authority))
    postcard()
    with smtp_server(starttls=shown.context, EMAIL_USE_TLS=True) as server:
        with pytest.raises(MailUnreachable, match="SSLCertVerificationError"):
            drain()
        assert server.heard == []


# Letters that cannot be written


def test_a_letter_to_two_people_is_never_sent(server: Server) -> None:
    postcard()
    done = drain(compose=lambda card: EmailMessage("Both", "…", to=["ada@example.org"], bcc=["bob@example.org"]))
    assert done == Sent(failed=1)
    assert (server.heard, Postcard.objects.get().reason) == ([], "recipients")


def test_what_cannot_be_written_waits_and_says_where_but_not_what(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    postcard(address="evil@example.org")
    done = drain(compose=lambda card: EmailMessage("Hello\r\nBcc: x@example.org", "…", to=["evil@example.org"]))
    assert done == Sent(missed=1)
    assert server.heard == []
    named = Postcard.objects.get().reason
    assert named in ("BadHeaderError", "ValueError")  # Django's own until 6.0, Python's from 6.1 on
    assert f"{named} at" in caplog.text
    assert "example.org" not in caplog.text


def test_a_backend_that_takes_nothing_marks_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.core.test_outbox.TakesNothing"
    postcard()
    assert drain() == Sent(missed=1)
    assert Postcard.objects.get().sent_at is None


class TakesNothing(BaseEmailBackend):
    """Answers that it sent nothing, and raises nothing."""

    def send_messages(self, email_messages: Any) -> int:
        return 0


def test_the_database_keeps_sent_without_a_moment_and_failed_without_a_reason_out() -> None:
    card = postcard()
    for changes in ({"state": "sent"}, {"state": "failed"}, {"state": "skipped"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Postcard.objects.filter(pk=card.pk).update(**changes)


# Several senders, and faults


def test_a_letter_is_held_by_one_sender_and_freed_when_that_one_died(server: Server) -> None:
    card = postcard()
    (mine,) = claiming.claim(Postcard, 5)
    assert claiming.may_leave(mine)
    assert claiming.claim(Postcard, 5) == []
    assert drain() == Sent()
    Postcard.objects.update(lease_until=F("lease_until") - timedelta(minutes=11))
    (theirs,) = claiming.claim(Postcard, 5)
    assert (theirs, theirs.state) == (card, "sending")
    assert not claiming.may_leave(mine)  # it slept past its lease
    claiming.sent(mine)
    assert claiming.may_leave(theirs)
    assert Postcard.objects.get().state == "sending"


def test_a_run_without_time_gives_back_what_it_did_not_begin(server: Server) -> None:
    cards = [postcard() for _ in range(3)]
    ends = time.monotonic() + 3600

    def slow(letter: Postcard) -> EmailMessage | None:
        nonlocal ends
        ends = 0.0
        return compose(letter)

    class Deadline(float):
        def __gt__(self, now: float) -> bool:
            return ends > now

    assert outbox.drain(Postcard, Deadline(ends), compose=slow) == Sent(sent=1)
    assert Postcard.objects.filter(lease__isnull=True, state="waiting").count() == len(cards) - 1


def test_the_longest_waiting_goes_first_and_what_is_not_due_waits(server: Server) -> None:
    now = timezone.now()
    for days, words in ((1, "second"), (2, "first")):
        postcard(words=words, created_at=now - timedelta(days=days), not_before=now - timedelta(hours=1))
    postcard(words="tomorrow", not_before=now + timedelta(days=1))
    drain()
    assert [message.get_content().strip() for message in server.messages] == ["first", "second"]


@with_commits
def test_whatever_statement_fails_nothing_is_lost_and_a_repeat_has_the_same_id(server: Server) -> None:
    postcard()
    number = statements_of(drain)
    lost = 0
    for at in range(1, number + 1):
        Postcard.objects.all().delete()
        server.messages.clear()
        card = postcard()
        with at_statement(at):
            try:
                drain()
            except Exception:
                lost += 1
        Postcard.objects.update(lease_until=None)
        drain()
        assert Postcard.objects.get().state == "sent", at
        assert {message["Message-ID"] for message in server.messages} == {f"<{card.pk}@testserver>"}
        assert 1 <= len(server.messages) <= 2
    assert lost == number - 1  # giving back what was not begun may fail: leases run out


@with_commits
@pytest.mark.parametrize("after", [False, True])
def test_a_commit_that_fails_before_or_after_it_took_effect_loses_nothing(server: Server, after: bool) -> None:
    card = postcard()
    with at_commit(after=after), pytest.raises(Exception, match="planted"):
        drain()
    Postcard.objects.update(lease_until=None)
    drain()
    card.refresh_from_db()
    assert (card.state, len(server.messages)) == ("sent", 1)


def test_senders_ask_about_many_people_at_once() -> None:
    people = [Subject.objects.create() for _ in range(3)]
    grant(people[0])
    grant(people[1])
    consent.withdraw(subject=people[1], purpose="offers", method=consent.Method.FORM, key="k")
    with transaction.atomic():
        assert consent.lock(subjects=people, purpose="offers") == {people[0].pk}
        assert consent.lock(subjects=[], purpose="offers") == frozenset()


def test_failed_letters_wait_for_whoever_may_see_them(client: Client) -> None:
    for state in ("waiting", "failed", "failed"):
        postcard(state=state, reason="smtp 451")
    postcard(state="failed", reason="smtp 550", words="old")
    every = outbox.waiting(Postcard)
    some = outbox.waiting(Postcard, but=Q(words="old"))
    request = HttpRequest()
    assert (every.count(request), some.count(request)) == (3, 2)
    assert (every.permission, every.address) == ("hostapp.view_postcard", "admin:hostapp_postcard_changelist")
    with temporarily(replace(some, address="admin:auth_user_changelist")):
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        desk = client.get(reverse("admin:app_list", args=["onvif_privacy"])).content.decode()
    assert "Mails that could not be sent</a> (2)" in desk


def test_mail_reaches_the_outbox_of_a_test_too() -> None:
    postcard()
    assert drain() == Sent(sent=1)
    assert len(mail.outbox) == 1
