"""What leaves, to whom, with which words: a real mail server takes it and a real parser reads it."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from onvif_privacy.core import consent
from onvif_privacy.core.models import Entry
from onvif_privacy.outreach.models import Message, SendBatch
from onvif_privacy.outreach.services import suppression
from onvif_privacy.outreach.services.campaigns import acting, progress
from tests.outreach.factories import queued, send, subscriber, subscribers
from tests.smtp import Server

pytestmark = pytest.mark.django_db
LINK = r"^<(https://news\.example\.com/privacy/mail/u/[^>]+)>$"


def parts(message: EmailMessage) -> tuple[str, str]:
    """Return the plain and the HTML part as a mail program reads them."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_campaign_reaches_those_who_chose_it_and_says_so_in_the_ledger(server: Server) -> None:
    people = subscribers(3)
    subscriber(purpose="surveys")
    campaign = queued()
    assert send(campaign).sent == 3
    assert len({message["To"] for message in server.messages}) == 3
    campaign.refresh_from_db()
    assert (campaign.state, progress.of(campaign).counts) == ("done", {"sent": 3})
    batch = SendBatch.objects.get()
    assert (batch.sent, batch.others) == (3, 0)
    assert batch.entry is not None
    kinds = list(Entry.objects.filter(kind__in=("gate.opened", "outreach.batch")).order_by("at").values_list("kind"))
    assert kinds.count(("gate.opened",)) == 1
    for message in Message.objects.all():
        assert message.subject in people
        assert message.decision == message.subject.standings.get(purpose="product_news").decision_id
        assert "@" not in message.address_hash


def test_every_mail_has_the_headers_by_which_it_is_ended_once(server: Server) -> None:
    subscribers(2)
    campaign = queued()
    send(campaign)
    for message in server.messages:
        for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Message-ID", "Date", "Reply-To"):
            assert len(message.get_all(name, [])) == 1, name
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        (link,) = re.findall(
            r"^<(https://news\.example\.com/privacy/mail/u/[^>]+)>$", message["List-Unsubscribe"].strip()
        )
        plain, html = parts(message)
        assert link in plain
        assert link in html
        assert "<img" not in html
        assert message["From"] == "Example <news@example.com>"
    assert len({message["Message-ID"] for message in server.messages}) == 2


@pytest.mark.parametrize("way", ["withdrawn", "suppressed", "all mail", "restricted"])
def test_who_said_no_while_it_waited_gets_nothing(server: Server, way: str) -> None:
    from onvif_privacy.core import subjects

    staying, leaving = subscriber(), subscriber("leaving@example.org")
    campaign = queued()
    if way == "withdrawn":
        consent.withdraw(subject=leaving, purpose="product_news", method=consent.Method.FORM, key="k")
    elif way == "restricted":
        subjects.restrict(leaving)
    else:
        scope = "product_news" if way == "suppressed" else "all"
        suppression.suppress(address="LEAVING@example.org", scope=scope, reason="staff")
    assert send(campaign).sent == 1
    assert Message.objects.get(subject=staying).state == "sent"
    gone = Message.objects.get(subject=leaving)
    assert (gone.state, gone.reason) in (("skipped", "no_consent"), ("skipped", "suppressed"))
    assert len(server.messages) == 1


def test_an_unproven_address_gets_nothing(server: Server) -> None:
    subscriber(proven_at=None)
    campaign = queued()
    assert send(campaign).skipped == 1
    assert Message.objects.get().reason == "unreachable"
    assert server.heard == []


def test_a_fourth_mail_in_thirty_days_waits_for_its_day(server: Server) -> None:
    person = subscriber()
    for _ in range(3):
        send(queued())
    campaign = queued()
    assert send(campaign).sent == 0
    waiting = Message.objects.get(campaign=campaign)
    assert (waiting.state, waiting.reason) == ("waiting", "cap")
    first = Message.objects.filter(subject=person, state="sent").order_by("sending_at").first()
    assert first is not None
    assert first.sending_at is not None
    assert waiting.not_before == first.sending_at + timedelta(days=30)
    assert len(server.messages) == 3


def test_a_mail_that_would_wait_beyond_its_end_is_not_sent(server: Server) -> None:
    subscriber()
    for _ in range(3):
        send(queued())
    campaign = queued(send_until=timezone.now() + timedelta(days=2))
    send(campaign)
    assert Message.objects.get(campaign=campaign).state == "skipped"
    assert Message.objects.get(campaign=campaign).reason == "cap"


def test_a_mailbox_that_does_not_exist_is_not_written_to_again(server: Server) -> None:
    subscriber("gone@example.org")
    server.answer_to = lambda address: "550 5.1.1 nobody here"
    assert send(queued()).failed == 1
    assert suppression.suppressed("gone@example.org", "product_news")


def test_a_paused_campaign_sends_nothing_and_goes_on_where_it_was(server: Server) -> None:
    from tests.outreach.factories import writer

    subscribers(2)
    campaign = queued()
    acting.pause(campaign, actor=writer())
    assert send(campaign).sent == 0
    acting.resume(campaign, actor=writer())
    acting.queued(campaign)
    assert send(campaign).sent == 2
