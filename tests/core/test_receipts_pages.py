"""Where receipts are had: the visitor's own page, the admin, the command; and the keys that check them."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import consent, ledger, receipts
from onvif_privacy.core.keys import destroy
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.views.receipts import own_decisions
from tests.core.factories import DecisionFactory, NoticeFactory, SubjectFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/privacy/receipts/"


def file_of(decision: Decision) -> str:
    return reverse("onvif_privacy:receipt-file", args=[decision.pk])


@pytest.fixture
def person(client: Client) -> Subject:
    """Somebody who is signed in."""
    user = UserFactory()
    client.force_login(user)
    return SubjectFactory(user=user)


def test_keys_are_public_cacheable_and_the_same_for_everybody(client: Client) -> None:
    response = client.get("/privacy/keys.json")
    assert response.headers["Content-Type"] == "application/jwk-set+json"
    assert json.loads(response.content) == ledger.public_keys()
    assert {"public", "max-age=3600"} == set(response.headers["Cache-Control"].split(", "))
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "secret" not in response.content.decode()


def test_a_person_sees_what_they_decided_and_which_words_they_saw(client: Client, person: Subject) -> None:
    notice = NoticeFactory(text="<b>May we write?</b>\nYes or no.")
    decision = DecisionFactory(subject=person, notice=notice)
    response = client.get(PAGE)
    page = response.content.decode()
    assert "News: granted" in page
    assert "&lt;b&gt;May we write?&lt;/b&gt;" in page
    assert "Example Organisation" in page
    assert "mailto:privacy@example.com" in page
    assert file_of(decision) in page
    assert "no-store" in response.headers["Cache-Control"]


def test_the_file_is_the_receipt_and_no_cache_keeps_it(client: Client, person: Subject) -> None:
    decision = DecisionFactory(subject=person)
    response = client.get(file_of(decision))
    assert response.content == receipts.issue(decision).file
    assert receipts.verify(response.content)
    assert response.headers["Content-Disposition"] == f'attachment; filename="receipt-{decision.pk}.json"'
    assert "no-store" in response.headers["Cache-Control"]


def test_the_page_says_whether_the_ledger_proves_it_already(client: Client, person: Subject) -> None:
    DecisionFactory(subject=person)
    assert "added with its next seal" in client.get(PAGE).content.decode()
    ledger.seal()
    assert "sealed in the ledger" in client.get(PAGE).content.decode()


def test_a_later_decision_replaces_the_earlier_and_both_keep_their_receipt(client: Client, person: Subject) -> None:
    first = DecisionFactory(subject=person)
    second = DecisionFactory(subject=person, outcome="withdrawn")
    page = client.get(PAGE).content.decode()
    assert page.count("replaced by a later decision") == 1
    assert "mailto:" not in page  # what is refused needs no withdrawing
    assert file_of(first) in page
    assert file_of(second) in page


def test_nobody_else_finds_a_receipt(client: Client, person: Subject) -> None:
    DecisionFactory(subject=person)
    others = DecisionFactory()
    assert client.get(file_of(others)).status_code == 404
    stranger = Client()
    assert stranger.get(PAGE).status_code == 404
    assert stranger.get(file_of(others)).status_code == 404
    assert stranger.get(file_of(others), {"subject": others.subject.reference}).status_code == 404


def test_who_decided_nothing_has_no_page_of_receipts(client: Client, person: Subject) -> None:
    assert client.get(PAGE).status_code == 404


def test_an_erased_person_has_no_receipts(client: Client) -> None:
    decision = DecisionFactory()

    class Known(consent.Refusing):
        reference = decision.subject.reference

    request: Any = RequestFactory().get(PAGE)
    request.privacy = Known()
    assert own_decisions(request).get() == decision
    Subject.objects.update(erased_at=timezone.now())
    assert not own_decisions(request).exists()


@pytest.mark.parametrize("reference", ["", "x", "A" * 22, "A" * 21 + "B", "☠" * 22, "A" * 5000])
def test_a_reference_that_names_nobody_finds_nothing(reference: str) -> None:
    DecisionFactory()

    class Known(consent.Refusing):
        pass

    Known.reference = reference
    request: Any = RequestFactory().get(PAGE)
    request.privacy = Known()
    assert not own_decisions(request).exists()


def test_an_ended_evidence_is_gone_for_the_person_staff_and_command(client: Client, person: Subject) -> None:
    decision = DecisionFactory(subject=person)
    destroy(person.pk, "evidence")
    assert client.get(file_of(decision)).status_code == 404
    assert client.get(PAGE).status_code == 200
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/onvif_privacy/decision/{decision.pk}/receipt.json").status_code == 404
    with pytest.raises(CommandError, match="evidence of this decision has ended"):
        call_command("privacy_ledger", "receipt", str(decision.pk))


def test_only_reading_is_possible(client: Client, person: Subject) -> None:
    decision = DecisionFactory(subject=person)
    assert client.post(PAGE).status_code == 405
    assert client.post(file_of(decision)).status_code == 405
    assert client.post("/privacy/keys.json").status_code == 405


def test_the_page_costs_the_same_however_many_decisions(
    client: Client, person: Subject, django_assert_num_queries: Any
) -> None:
    DecisionFactory(subject=person)
    with django_assert_num_queries(3):  # session, user, decisions
        client.get(PAGE)
    for _each in range(5):
        DecisionFactory(subject=person)
    with django_assert_num_queries(3):
        client.get(PAGE)


@pytest.fixture
def clerk() -> Client:
    """Staff who may see decisions and nothing else."""
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_decision"))
    client = Client()
    client.force_login(user)
    return client


def test_staff_download_the_same_file_from_the_decision(clerk: Client) -> None:
    decision = DecisionFactory()
    page = clerk.get(reverse("admin:onvif_privacy_decision_change", args=[decision.pk])).content.decode()
    address = reverse("admin:onvif_privacy_decision_receipt", args=[decision.pk])
    assert address in page
    assert clerk.get(address).content == receipts.issue(decision).file


def test_staff_without_the_permission_and_strangers_get_nothing() -> None:
    decision = DecisionFactory()
    address = reverse("admin:onvif_privacy_decision_receipt", args=[decision.pk])
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(address).status_code == 403


def test_the_command_prints_the_file() -> None:
    decision, out = DecisionFactory(), StringIO()
    call_command("privacy_ledger", "receipt", str(decision.pk), stdout=out)
    assert out.getvalue().encode() == receipts.issue(decision).file
    with pytest.raises(CommandError, match="no such decision") as refused:
        call_command("privacy_ledger", "receipt", str(SubjectFactory().pk))
    assert refused.value.returncode == 2


def test_the_page_of_a_request_without_sessions_is_asked_for_nobody() -> None:
    request: HttpRequest = RequestFactory().get(PAGE)
    assert not own_decisions(request).exists()
