"""The outbox: a letter leaves once, on a decision that holds at that moment, and what cannot be written waits."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.outbox import Sent
from tests.core.hostapp.models import Postcard
from tests.core.letters import compose, drain, postcard
from tests.core.orders import grant
from tests.smtp import Server

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)


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
