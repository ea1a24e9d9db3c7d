"""What the mail server says decides: marked only after its 250, tried again with patience, never in the clear."""

from __future__ import annotations

import logging
import socket
from email.message import EmailMessage as Received
from pathlib import Path
from typing import Any

import pytest

from onvif_privacy.core import outbox
from onvif_privacy.core.outbox import MailUnreachable, Sent
from onvif_privacy.core.outbox.transport import TIMEOUT_SECONDS, Line
from tests.certificates import served
from tests.core.hostapp.models import Postcard
from tests.core.letters import drain, due_again, postcard
from tests.smtp import Server, smtp_server

pytestmark = pytest.mark.django_db


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
