"""Two people let a campaign go, what they saw is what is sent, and the database holds both."""

from __future__ import annotations

import html
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing import guards
from onvif_privacy.outreach.doors import Segment
from onvif_privacy.outreach.models import Campaign, CampaignText, Message
from onvif_privacy.outreach.services import references
from onvif_privacy.outreach.services.campaigns import acting, queueing, rendering, trying
from tests.outreach.factories import (
    approved,
    approver,
    draft,
    partner,
    queued,
    staff,
    subscriber,
    subscribers,
    writer,
)

pytestmark = pytest.mark.django_db
NEWS: dict[str, Any] = {"kind": "product_news", "purpose": "product_news", "party": None}


def both() -> Any:
    """Return somebody who may write and approve."""
    return staff("change_campaign", "add_campaign", "approve_campaign")


def test_an_offer_needs_another_person_however_few_it_reaches() -> None:
    made, person = draft(kind="partner_offer", party=partner()), both()
    acting.submit(made, actor=person)
    assert made.needs_second
    with pytest.raises(PermissionDenied):
        acting.approve(made, actor=person, digest=made.text_digest)
    acting.approve(made, actor=approver(), digest=made.text_digest)
    assert (made.state, made.approved_digest) == ("approved", made.text_digest)


def test_news_to_a_few_needs_one_person_and_to_many_two(settings: Any) -> None:
    settings.ONVIF_PRIVACY_GATE_BULK = 3
    person = both()
    subscribers(3)
    made = draft()
    acting.submit(made, actor=person)
    acting.approve(made, actor=person, digest=made.text_digest)
    subscriber()
    other = draft()
    acting.submit(other, actor=person)
    with pytest.raises(PermissionDenied):
        acting.approve(other, actor=person, digest=other.text_digest)


def test_a_campaign_that_grew_beyond_one_persons_word_waits_for_another(settings: Any) -> None:
    settings.ONVIF_PRIVACY_GATE_BULK = 3
    person = both()
    subscribers(3)
    made = draft()
    acting.submit(made, actor=person)
    acting.approve(made, actor=person, digest=made.text_digest)
    subscriber()
    acting.begin(made)
    assert queueing.queue(made, time.monotonic() + 9) == 0
    made.refresh_from_db()
    assert (made.state, made.needs_second, made.because) == ("submitted", True, "audience")
    assert not Message.objects.exists()


def test_an_edit_takes_the_approval_back_and_a_stale_look_approves_nothing() -> None:
    made = draft()
    acting.submit(made, actor=writer())
    seen = made.text_digest
    acting.save(made, {"en": ("Other", "words")}, actor=writer())
    assert (made.state, made.text_digest) == ("draft", "")
    acting.submit(made, actor=writer())
    with pytest.raises(acting.NotNow, match="changed since"):
        acting.approve(made, actor=approver(), digest=seen)
    acting.approve(made, actor=approver(), digest=made.text_digest)
    with pytest.raises(acting.NotNow):
        acting.approve(made, actor=approver(), digest=made.text_digest)
    with pytest.raises(acting.NotNow):
        acting.save(made, {"en": ("Later", "words")}, actor=writer())


@pytest.mark.parametrize("act", ["submit", "approve", "pause", "resume", "cancel"])
def test_nobody_acts_without_the_permission(act: str) -> None:
    made = approved()
    more = {"digest": made.text_digest} if act == "approve" else {}
    with pytest.raises(PermissionDenied):
        getattr(acting, act)(made, actor=staff(), **more)
    assert Entry.objects.filter(kind="outreach.campaign").count() == 3  # saved, submitted, approved


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "sent"},
        {"state": "approved"},
        {"state": "sending", "approved_by": "x", "approved_digest": "1" * 64},
        {"kind": "partner_offer"},
        {"purpose": "surveys"},
        {"needs_second": True, "state": "approved", "approved_by": "same", "submitted_by": "same"},
    ],
)
def test_the_database_refuses_what_no_two_people_said(changes: dict[str, Any]) -> None:
    made = draft()
    acting.submit(made, actor=writer())
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=made.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_words_that_were_approved() -> None:
    made = approved(kind="partner_offer", party=partner())
    with guards():
        for act in (
            lambda: CampaignText.objects.update(markdown="Other words"),
            lambda: CampaignText.objects.all().delete(),
            lambda: Campaign.objects.update(text_digest="1" * 64, approved_digest="1" * 64),
            lambda: Campaign.objects.update(
                needs_second=False, kind="product_news", purpose="product_news", party=None
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
    made.refresh_from_db()
    assert CampaignText.objects.get().markdown != "Other words"


def test_every_act_is_an_entry_with_the_digest_of_the_words() -> None:
    made = approved()
    acts = [ledger.opened(one) for one in Entry.objects.filter(kind="outreach.campaign")]
    assert sorted(one["act"] for one in acts) == ["approved", "saved", "submitted"]
    assert {one["digest"] for one in acts if one["act"] != "saved"} == {made.text_digest}
    assert all(one["campaign"] == made.ref for one in acts)


def test_references_are_read_without_mistake() -> None:
    for _ in range(200):
        made = references.make("OC")
        assert references.is_one(made)
        place = 3 + hash(made) % 8
        wrong = made[:place] + ("0" if made[place] != "0" else "1") + made[place + 1 :]
        assert not references.is_one(wrong)


# Whom it reaches


def test_a_segment_narrows_who_chose_it_and_never_widens() -> None:
    people = subscribers(3)
    stranger = Subject.objects.create()
    chosen = [people[0].pk, stranger.pk]
    with temporarily(Segment("some", "Some", lambda rows: rows.filter(pk__in=chosen))):
        made = queued(segment="some")
    assert list(Message.objects.values_list("subject", flat=True)) == [people[0].pk]
    assert made.state == "sending"


def test_a_segment_looks_at_nothing_that_is_not_declared_for_the_purpose() -> None:
    looking = Segment("odd", "Odd", lambda rows: rows, fields=("hostapp.Order.health",))
    with temporarily(looking), pytest.raises(acting.NotNow, match=r"hostapp\.Order\.health"):
        acting.submit(draft(segment="odd"), actor=writer())


def test_estimates_are_rough_and_silent_below_a_number(settings: Any) -> None:
    settings.ONVIF_PRIVACY_OUTREACH_MIN_AUDIENCE = 12
    subscribers(11)
    made = draft()
    assert acting.estimate(made) is None
    subscribers(4)
    assert acting.estimate(made) == 10


def test_the_queue_resumes_where_it_was_and_takes_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    subscribers(7)
    made = approved()
    acting.begin(made)
    assert queueing.page(made, 3) == 3
    assert queueing.page(made, 3) == 3
    acting.rows().filter(pk=made.pk).update(cursor=None)  # a restore put it back
    while queueing.page(made, 3) == 3:
        pass
    assert Message.objects.count() == 7
    made.refresh_from_db()
    assert made.state == "sending"


def test_a_campaign_begins_when_its_time_has_come() -> None:
    from onvif_privacy.outreach.services import jobs

    subscriber()
    approved(send_from=timezone.now() + timedelta(days=1))
    assert jobs.due() == []
    Campaign.objects.update(send_from=timezone.now())
    assert len(jobs.due()) == 1


# The words


@pytest.mark.parametrize(
    ("subject", "markdown", "said"),
    [
        ("", "words", "subject line"),
        ("a\nb", "words", "subject line"),
        ("Hello", "", "empty"),
        ("Hello {surname}", "words", "{surname}"),
        ("Hello", "[x](http://example.org/)", "https"),
        ("Hello", "![x](https://example.org/p.gif)", "Pictures"),
        ("Hello", "[x](https://a.example/?p={name})", "same for everybody"),
    ],
)
def test_what_cannot_be_sent_is_said_before_it_is_submitted(subject: str, markdown: str, said: str) -> None:
    made = draft(texts={"en": (subject, markdown)})
    assert said in " ".join(acting.problems(made))
    with pytest.raises(acting.NotNow):
        acting.submit(made, actor=writer())


def test_a_link_that_runs_something_is_no_link() -> None:
    parts = rendering.rendered("[x](javascript:alert(1)) [y](data:text/html;base64,PHNjcmlwdD4=)")
    assert parts.links == ()
    assert "href" not in parts.html


def test_both_parts_have_the_same_links_in_the_same_order() -> None:
    source = (
        "# News\n\n1. [One](https://one.example/a)\n2. *Two* <https://two.example/>\n   - [Ours](https://news.example.com/x)"
        "\n\n> quoted\n> [Three](https://three.example/?a=1&b=2)\n\n```\ncode\n```\n\n---"
    )
    parts = rendering.rendered(source, lambda url: f"https://news.example.com/go/{len(url)}/")
    in_html = [html.unescape(one) for one in re.findall(r'href="([^"]+)"', parts.html)]
    in_text = re.findall(r"<(https://[^>]+)>", parts.text)
    assert in_html == in_text
    assert len(in_html) == 4
    assert in_html[2] == "https://news.example.com/x"
    assert "<img" not in parts.html
    assert "1. One" in parts.text
    assert "> quoted" in parts.text


def test_names_are_put_in_as_they_stand_and_run_nowhere() -> None:
    hostile = rendering.name_shown("{unsubscribe}<script>\r\nBcc: x@example.org\0{{7*7}}")
    values = {rendering.NAME: hostile, rendering.UNSUBSCRIBE: "https://u.example/"}
    plain = rendering.filled("Dear {name} {unsubscribe}", values, html=False)
    assert "\n" not in plain
    assert "\r" not in plain
    assert plain.endswith(" https://u.example/")
    assert "{unsubscribe}" in plain
    assert "{{7*7}}" in plain
    assert "<script>" not in rendering.filled("Dear {name}", values, html=True)


def test_preview_and_test_show_nobody_and_reach_only_who_asks() -> None:
    subscriber("ada@example.org")
    made, person = draft(), writer()
    (sample,) = trying.preview(made)
    assert "Sam Sample" in sample.text
    assert trying.test_send(made, actor=person) == 1
    (message,) = mail.outbox
    assert message.to == [person.email]
    assert message.subject.startswith("[TEST] ")
    with pytest.raises(PermissionDenied):
        trying.test_send(made, actor=staff())
