"""Staff agree with a partner and publish a report by forms alone, each on their own side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from pytest_django import Settings

from onvif_privacy.disclosures.models import Agreement, Recall, ReportRelease
from onvif_privacy.disclosures.partners import recalling
from onvif_privacy.disclosures.partners.handing import hand_over
from tests.disclosures import partnership
from tests.disclosures.test_reports import cases, somebody

pytestmark = pytest.mark.django_db
LABEL = "admin:onvif_privacy_disclosures"


@pytest.fixture(autouse=True)
def _shop(settings: Settings) -> Iterator[None]:
    settings.ONVIF_PRIVACY_STRENGTH = "tests.disclosures.test_partner_admin.sure"
    with partnership.shop():
        yield


def sure(request: object, minutes: int) -> object:
    """Everybody has just given their password."""
    from onvif_privacy.core.subjects import Strength

    return Strength.RECENT


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def pressed(browser: Client, address: str, **more: str) -> str:
    """Look at a page, press its button, and give what stands on the page after that."""
    shown = browser.get(address)
    assert shown.status_code == 200
    digest = re.search(r'name="digest" value="(\w*)"', shown.content.decode())
    sent = {**({"digest": digest[1]} if digest else {}), **more}
    answer = browser.post(address, sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def step(agreement: Agreement, name: str) -> str:
    return reverse(f"{LABEL}_agreement_step", args=[agreement.pk, name])


def test_an_agreement_is_walked_from_draft_to_recall_by_two_people() -> None:
    worker, approver = partnership.person("worker"), partnership.person("approver")
    model = partnership.drafted(worker)
    at_work, at_desk = client(worker), client(approver)
    fields = {
        "party": model.party_id,
        "service": "delivery",
        "document_digest": "a" * 64,
        "secrecy_page": 3,
        "confidential": "on",
        "only_this_service": "on",
        "no_onward_transfer": "on",
        "checklist": list("abcdefgh"),
        "valid_from": "2026-01-01",
        "valid_until": "2030-01-01",
        "sub_processors": "",
        "senders": "post.example\r\n\r\n returns@post.example ",
        "fields": ["hostapp.Order.email", "hostapp.Order.name"],
        "cap_each": 5,
        "cap_day": 5,
        "cap_month": 5,
        "recipient_key": model.recipient_key_id,
    }
    assert at_desk.get(reverse(f"{LABEL}_agreement_add")).status_code == 403
    assert at_work.post(reverse(f"{LABEL}_agreement_add"), fields).status_code == 302
    agreement = Agreement.objects.exclude(pk=model.pk).get()
    assert (agreement.fields, agreement.checklist) == (fields["fields"], fields["checklist"])
    assert (agreement.sub_processors, agreement.senders) == ([], ["post.example", "returns@post.example"])
    assert "hostapp.Order.health" not in at_work.get(reverse(f"{LABEL}_agreement_add")).content.decode()
    change = reverse(f"{LABEL}_agreement_change", args=[agreement.pk])

    assert "three years" in pressed(at_work, step(agreement, "submit"))
    assert at_work.post(change, {**fields, "valid_until": "2027-01-01"}).status_code == 302
    assert "Done." in pressed(at_work, step(agreement, "submit"))
    assert at_work.get(step(agreement, "approve")).status_code == 403
    shown = at_desk.get(step(agreement, "approve")).content.decode()
    agreement.refresh_from_db()
    for words in ("hostapp.Order.email", agreement.digest[:4] + " " + agreement.digest[4:8], "Post Ltd"):
        assert words in shown
    assert "not what waits" in pressed(at_desk, step(agreement, "approve"), digest="0" * 64)
    assert "Done." in pressed(at_desk, step(agreement, "approve"))
    assert escape("Put on the public list") in at_work.get(change).content.decode()
    assert "Done." in pressed(at_work, step(agreement, "announce"))
    assert "Done." in pressed(at_desk, step(agreement, "suspend"))
    assert "Done." in pressed(at_desk, step(agreement, "end"))
    agreement.refresh_from_db()
    assert (agreement.state, agreement.public_since, agreement.suspended_at is None) == (
        "ended",
        timezone.now().date(),
        False,
    )
    assert at_work.get(step(agreement, "sell")).status_code == 403
    assert client(User.objects.create_user("nobody", is_staff=True)).get(change).status_code in (302, 403)


def test_a_recall_is_closed_by_its_receipt() -> None:
    worker, approver = partnership.person("worker"), partnership.person("approver")
    agreement = partnership.agreed(worker, approver)
    noon = timezone.now().replace(2026, 6, 15)
    hand_over(partnership.asked(agreement, partnership.buyers(1)), now=noon)
    recalling.end(agreement, actor=approver, today=partnership.TODAY)
    recall, browser = Recall.objects.get(), client(worker)
    address = reverse(f"{LABEL}_recall_close", args=[recall.pk])

    assert recall.pseudonyms[0] in browser.get(address).content.decode()
    dated = (timezone.now() + timedelta(days=1)).date().isoformat()
    assert "Enter a valid value." in pressed(browser, address, receipt_digest="x", signer="Ms Post", dated=dated)
    assert "Done." in pressed(browser, address, receipt_digest="c" * 64, signer="Ms Post", dated=dated)
    recall.refresh_from_db()
    assert recall.closed_at is not None
    for name in ("agreement", "partnerhandover", "recall"):
        assert browser.get(reverse(f"{LABEL}_{name}_changelist")).status_code == 200


def test_a_report_is_drafted_and_published_on_screens() -> None:
    cases(12)
    drafter, approver = somebody("drafter", "publish_report"), somebody("approver", "approve_disclosure")
    officer = somebody("officer", "officer_disclosure")
    browser = client(drafter)

    assert "Draft a report" in browser.get(reverse(f"{LABEL}_reportrelease_changelist")).content.decode()
    assert "Done." in pressed(browser, reverse(f"{LABEL}_reportrelease_draft"), period="2025-H1")
    row = ReportRelease.objects.get()
    address = reverse(f"{LABEL}_reportrelease_approve", args=[row.pk])
    assert browser.get(address).status_code == 403
    assert "Done." in pressed(client(approver), address)
    assert "Done." in pressed(client(officer), address, as_officer="on")
    row.refresh_from_db()
    assert row.published_at is not None
    assert client(approver).get(reverse(f"{LABEL}_reportrelease_draft")).status_code == 403
