"""Under "my privacy": what somebody put under their account, without a word of it, and the way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.enquiries.models import Enquiry, State
from onvif_privacy.enquiries.services import cases, own
from tests.core.factories import UserFactory
from tests.enquiries.world import WORDS, determined, form_token, page_in, received, staff

pytestmark = pytest.mark.django_db
ME, MINE = "/privacy/me/", "/privacy/contact/mine/"


def under(user: Any, **changes: Any) -> Enquiry:
    """Return an enquiry that is under an account."""
    enquiry = received(**changes)
    Enquiry.objects.filter(pk=enquiry.pk).update(subject=subjects.for_user(user))
    enquiry.refresh_from_db()
    return enquiry


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_my_privacy_says_how_my_complaints_stand_and_no_word_of_them(rules: None) -> None:
    ada, clerk = UserFactory(), staff("work")
    mine, other = under(ada, address="ada@example.org"), under(UserFactory())
    page = signed_in(ada).get(ME).content.decode().partition('id="enquiries"')[2].partition("</section>")[0]
    for words in (mine.ref, "complaint", "acknowledged", "To be determined by"):
        assert words in page, words
    for words in (other.ref, WORDS[:30], "ada@example.org"):
        assert words not in page
    determined(mine, clerk, "not_upheld")  # type: ignore[arg-type]
    assert "not upheld" in signed_in(ada).get(ME).content.decode()


def test_who_wrote_nothing_under_an_account_reads_how_to_write(rules: None) -> None:
    received()
    page = signed_in(UserFactory()).get(ME).content.decode()
    assert "No comment or complaint is under your account." in page
    assert 'href="/privacy/contact/"' in page


def test_a_complaint_of_mine_opens_without_its_code_and_takes_an_answer(rules: None) -> None:
    ada = UserFactory()
    enquiry, client = under(ada), signed_in(ada)
    answer = client.post(MINE, {"ref": enquiry.ref})
    assert answer.status_code == 200
    assert WORDS in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    sent = {"page": page_in(answer), "token": form_token(), "text": "And again today"}
    assert "And again today" in client.post("/privacy/contact/opened/", sent).content.decode()


def test_nobody_opens_another_persons_complaint_or_one_that_has_ended(rules: None) -> None:
    ada, clerk = UserFactory(), staff("work")
    enquiry = under(ada)
    whoever = {"a stranger": Client(), "somebody else": signed_in(UserFactory())}
    for name, client in whoever.items():
        for ref in (enquiry.ref, received().ref, "PE-00000000", "", "\0", "x" * 999):
            assert client.post(MINE, {"ref": ref}).status_code == 404, (name, ref)
    assert signed_in(ada).get(MINE).status_code == 405
    by_hand = Client(enforce_csrf_checks=True)
    by_hand.force_login(ada)
    assert by_hand.post(MINE, {"ref": enquiry.ref}).status_code == 403
    determined(enquiry, clerk, "not_upheld")  # type: ignore[arg-type]
    cases.conclude(enquiry=enquiry, actor=clerk)
    assert enquiry.state == State.CLOSED
    assert signed_in(ada).post(MINE, {"ref": enquiry.ref}).status_code == 200
    Enquiry.objects.filter(pk=enquiry.pk).update(closed_at=timezone.now() - timedelta(days=91))
    assert signed_in(ada).post(MINE, {"ref": enquiry.ref}).status_code == 404
    page = signed_in(ada).get(ME).content.decode()
    assert enquiry.ref in page
    assert f'value="{enquiry.ref}"' not in page


def test_the_panel_asks_four_times_however_many_there_are(rules: None, django_assert_max_num_queries: Any) -> None:
    ada = UserFactory()
    for _number in range(own.SHOWN + 2):
        under(ada)
    person: Any = subjects.for_user(ada)
    with django_assert_max_num_queries(4):
        found = own.panel(None, person)  # type: ignore[arg-type]
        assert len(found["rows"]) == own.SHOWN
        assert found["more"]
