"""Screens of staff: nobody's address, refusals in words, and what each person may do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onvif_privacy.core.models import Entry
from onvif_privacy.outreach.models import Campaign, Message, Survey
from onvif_privacy.outreach.services import suppression
from tests.core.factories import UserFactory
from tests.outreach.factories import approver, draft, partner, queued, send, staff, subscriber, subscribers, writer
from tests.smtp import Server

pytestmark = pytest.mark.django_db
APP = "admin:onvif_privacy_outreach"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, made: Campaign, name: str, **data: str) -> str:
    answer = client.post(reverse(f"{APP}_campaign_act", args=[made.pk, name]), data, follow=True)
    return answer.content.decode()


def test_a_campaign_is_written_submitted_and_approved_by_another_person() -> None:
    subscriber()
    first, second = signed_in(writer()), signed_in(approver())
    values = {"title": "May", "kind": "partner_offer", "party": str(partner().pk), "segment": ""}
    values |= {"subject_en": "Offer", "markdown_en": "Dear {name}, [look](https://bank.example/)"}
    answer = first.post(reverse(f"{APP}_campaign_add"), values, follow=True)
    made = Campaign.objects.get()
    assert "Kept as a draft" in answer.content.decode()
    assert "Submitted." in act(first, made, "submit")
    made.refresh_from_db()
    assert first.post(reverse(f"{APP}_campaign_act", args=[made.pk, "approve"]), {"digest": made.text_digest})
    made.refresh_from_db()
    assert made.state == "submitted"
    lists = [one.get(reverse(f"{APP}_campaign_changelist")).content.decode() for one in (first, second)]
    steps = [page.partition('"field-next_step">')[2].partition("<")[0] for page in lists]
    assert steps == ["waits for another person", "approve"]
    assert "Approved" in act(second, made, "approve", digest=made.text_digest)
    made.refresh_from_db()
    assert made.state == "approved"


def test_what_is_wrong_is_said_on_the_page() -> None:
    client = signed_in(writer())
    made = draft(texts={"en": ("Hello {surname}", "[x](http://plain.example/)")})
    page = client.get(reverse(f"{APP}_campaign_change", args=[made.pk])).content.decode()
    assert "no placeholder {surname}" in page
    assert "leads to an https address" in page
    assert "too few to say" in page
    values = {"title": "May", "kind": "partner_offer", "segment": "", "subject_en": "x", "markdown_en": "y"}
    assert "names the business partner" in client.post(reverse(f"{APP}_campaign_add"), values).content.decode()


def test_the_frame_of_a_preview_can_run_load_and_send_nothing() -> None:
    client = signed_in(writer())
    made = draft(texts={"en": ("Hello", "<script>alert(1)</script> ok <img src=x onerror=alert(1)>")})
    answer = client.get(reverse(f"{APP}_campaign_frame", args=[made.pk, "en"]))
    assert "<script" not in answer.content.decode()
    assert "<img" not in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert client.get(reverse(f"{APP}_campaign_frame", args=[made.pk, "fr"])).status_code == 404
    page = client.get(reverse(f"{APP}_campaign_change", args=[made.pk])).content.decode()
    assert '<iframe sandbox=""' in page


def test_no_screen_shows_an_address(server: Server) -> None:
    subscriber("ada.lovelace@example.org")
    send(queued())
    client = signed_in(UserFactory(is_staff=True, is_superuser=True))
    for name in ("campaign", "message", "sendbatch", "deliveryevent", "undeclaredmail", "optin", "partnerrelease"):
        page = client.get(reverse(f"{APP}_{name}_changelist"))
        assert page.status_code == 200, name
        assert "ada.lovelace" not in page.content.decode()
    for one, name in ((Message.objects.get(), "message"), (Campaign.objects.get(), "campaign")):
        page = client.get(reverse(f"{APP}_{name}_change", args=[one.pk]))
        assert "ada.lovelace" not in page.content.decode()


def test_progress_costs_three_queries_however_many_mails(server: Server, django_assert_max_num_queries: Any) -> None:
    subscribers(12)
    made = queued()
    client = signed_in(writer())
    address = reverse(f"{APP}_campaign_progress", args=[made.pk])
    client.get(address)
    with django_assert_max_num_queries(3 + 4):  # session, user and permissions besides
        page = client.get(address).content.decode()
    assert "0 of 12 (0 %)" in page
    send(made)
    assert "12 of 12 (100 %)" in client.get(address).content.decode()


def test_suppression_is_looked_up_one_address_at_a_time_and_each_look_is_an_entry() -> None:
    suppression.suppress(address="ada@example.org", scope="surveys", reason="bounce")
    client = signed_in(staff("view_suppression", "look_up_suppression", "add_suppression"))
    address = reverse(f"{APP}_suppression_changelist")
    assert "surveys</th>" not in client.get(address).content.decode()
    page = client.post(address, {"address": "ADA@example.org", "scope": "all", "look": "1"}).content.decode()
    assert "surveys</th>" in page
    assert Entry.objects.filter(kind="outreach.looked_up").count() == 1
    client.post(address, {"address": "bob@example.org", "scope": "all", "add": "1"})
    assert suppression.suppressed("bob@example.org", "product_news")
    only_view = signed_in(staff("view_suppression"))
    only_view.post(address, {"address": "eve@example.org", "scope": "all", "add": "1", "look": "1"})
    assert not suppression.suppressed("eve@example.org", "product_news")
    assert Entry.objects.filter(kind="outreach.looked_up").count() == 2


def test_a_survey_is_built_opened_and_its_questions_are_fixed_then() -> None:
    client = signed_in(
        staff(
            "view_survey",
            "add_survey",
            "change_survey",
            "run_survey",
            "view_question",
            "add_question",
            "change_question",
        )
    )
    values = {"title": "How?", "introduction": "", "closes_on": "", "delete_on": ""}
    values |= {"questions-TOTAL_FORMS": "1", "questions-INITIAL_FORMS": "0"}
    values |= {"questions-0-position": "1", "questions-0-kind": "single", "questions-0-label": "Like it?"}
    values |= {"questions-0-choices": "Yes\nNo"}
    client.post(reverse(f"{APP}_survey_add"), values)
    made = Survey.objects.get()
    assert made.ref.startswith("SV-")
    page = client.post(reverse(f"{APP}_survey_act", args=[made.pk, "open"]), follow=True).content.decode()
    assert "fixed now" in page
    assert 'name="questions-0-label"' not in page
    answer = client.post(reverse(f"{APP}_survey_act", args=[made.pk, "release"]), follow=True)
    assert "nothing was published" in answer.content.decode()
    assert "Like it?" in answer.content.decode()
