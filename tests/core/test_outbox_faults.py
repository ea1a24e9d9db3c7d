"""Several senders, faults at any statement and commit, and what staff see of it: no letter is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, outbox
from onvif_privacy.core.models import Subject
from onvif_privacy.core.outbox import Sent, claiming
from onvif_privacy.core.testing import temporarily
from tests.core.factories import UserFactory
from tests.core.faults import at_commit, at_statement, statements_of
from tests.core.hostapp.models import Postcard
from tests.core.letters import compose, drain, postcard
from tests.core.orders import grant
from tests.smtp import Server

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)


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
