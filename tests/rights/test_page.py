""" "My privacy": complete, private, the same for a missing object as for another person's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Panel
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.services import holdings
from tests.core.factories import DecisionFactory, UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, shopper

pytestmark = pytest.mark.django_db
ME = "/privacy/me/"


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    with temporarily(*STORE):
        yield


def signed_in(subject: Subject) -> Client:
    client = Client()
    assert subject.user is not None
    client.force_login(subject.user)
    return client


def test_page_shows_what_is_held_with_purpose_basis_and_term() -> None:
    ada = shopper("Ada Example", username="ada")
    SealedOrder.objects.create(owner=ada, email="sealed@example.org", name="Lovelace")
    page = signed_in(ada).get(ME).content.decode()
    for words in ("Ada Example", "for Ada Example", "sealed@example.org", "Lovelace", "Running the site", "a contract"):
        assert words in page


def test_page_shows_nothing_of_anybody_else() -> None:
    ada = shopper("Ada Example")
    shopper("Bob Other")
    page = signed_in(ada).get(ME).content.decode()
    assert "Bob Other" not in page
    assert "bob@example.org" not in page


def test_stranger_reads_how_to_ask_and_nobody_is_made() -> None:
    response = Client().get(ME)
    assert response.status_code == 200
    assert b"Sign in" in response.content
    assert not Subject.objects.exists()


@pytest.mark.parametrize("name", ["me", "download", "erase", "restrict", "object"])
def test_pages_are_kept_by_nobody_and_framed_by_nobody(name: str) -> None:
    response = signed_in(shopper()).get(reverse(f"onvif_privacy_rights:{name}"))
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" not in response.headers  # the site's own policy goes here
    assert "noindex" in response.headers["X-Robots-Tag"]


def count(client: Client, address: str) -> int:
    client.get(address)  # what is made on first need
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_queries_of_the_page_do_not_grow_with_rows() -> None:
    few, many = shopper(orders=1), shopper(orders=60)
    SealedOrder.objects.create(owner=few, email="a@example.org")
    for number in range(20):
        SealedOrder.objects.create(owner=many, email=f"{number}@example.org")
        DecisionFactory(subject=many, purpose="offers", key=f"k{number}")
    DecisionFactory(subject=few, purpose="offers", key="k")
    assert count(signed_in(few), ME) == count(signed_in(many), ME)
    lists, functions = 2, 2  # groups and permissions of a user; sessions and disclosures are found by a function
    others = 5  # panels of other rooms: complaints, mails chosen and mails got, what authorities and partners got
    assert count(signed_in(many), ME) <= 12 + len(holdings.declared()) + lists + functions + others


def test_long_tables_have_pages_of_their_own() -> None:
    ada = shopper(orders=60)
    client = signed_in(ada)
    assert b"All rows of" in client.get(ME).content
    first = client.get("/privacy/me/held/store.Line/").content.decode()
    second = client.get("/privacy/me/held/store.Line/?page=2").content.decode()
    assert first.count("for Ada Example") == 50
    assert second.count("for Ada Example") == 10


@pytest.mark.parametrize("page", ["3", "99999999999", "-1", "x", "", "٣", "1;--"])
def test_a_page_that_is_none_is_missing_or_the_first(page: str) -> None:
    response = signed_in(shopper(orders=60)).get("/privacy/me/held/store.Line/", {"page": page})
    assert response.status_code in (200, 404)


@pytest.mark.parametrize("label", ["store.Category", "nobody.Nothing", "auth.Group", "x", "store.Order'"])
def test_a_table_that_is_not_held_is_missing(label: str) -> None:
    assert signed_in(shopper(orders=0)).get(f"/privacy/me/held/{label}/").status_code == 404


def test_a_room_whose_panel_fails_does_not_take_the_page_along() -> None:
    def failing(request: object, subject: object) -> dict[str, object]:
        raise LookupError("planted")

    with temporarily(Panel("planted", 5, "Planted part", "nowhere.html", failing)):
        response = signed_in(shopper()).get(ME)
    assert response.status_code == 200
    assert b"Planted part" in response.content
    assert b"Ada Example" in response.content


def test_withdrawing_is_one_click_and_holds_at_once() -> None:
    ada = shopper()
    DecisionFactory(subject=ada, purpose="offers", key="before")
    client = signed_in(ada)
    assert b"Withdraw" in client.get(ME).content
    answer = client.post("/privacy/me/decide/", {"purpose": "offers", "act": "withdraw", "key": uuid.uuid4().hex})
    assert answer.status_code == 303
    assert not consent.may(ada, "offers")


def test_objecting_holds_at_once_and_consents_are_not_objected_to() -> None:
    ada = shopper()
    client = signed_in(ada)
    assert consent.may(ada, "counting")
    client.post("/privacy/me/decide/", {"purpose": "counting", "act": "object", "key": uuid.uuid4().hex})
    assert not consent.may(ada, "counting")
    assert consent.history(ada, "counting")[0].outcome == Outcome.OBJECTED


@pytest.mark.parametrize(
    "sent",
    [
        {"purpose": "security", "act": "object"},
        {"purpose": "operation", "act": "withdraw"},
        {"purpose": "nothing", "act": "withdraw"},
        {"purpose": "offers", "act": "grant"},
        {"purpose": "offers", "act": "withdraw", "key": "short"},
        {},
    ],
)
def test_what_cannot_be_decided_is_refused_and_stores_nothing(sent: dict[str, str]) -> None:
    ada = shopper()
    answer = signed_in(ada).post("/privacy/me/decide/", {"key": uuid.uuid4().hex, **sent})
    assert answer.status_code == 400
    assert not consent.history(ada).exists()


def test_the_same_form_sent_twice_decides_once() -> None:
    ada = shopper()
    DecisionFactory(subject=ada, purpose="offers", key="before")
    client, sent = signed_in(ada), {"purpose": "offers", "act": "withdraw", "key": uuid.uuid4().hex}
    assert [client.post("/privacy/me/decide/", sent).status_code for _try in range(2)] == [303, 303]
    assert consent.history(ada, "offers").count() == 2


def test_forms_without_a_token_are_refused() -> None:
    ada = shopper()
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada.user)  # type: ignore[arg-type]
    answer = client.post("/privacy/me/decide/", {"purpose": "offers", "act": "withdraw", "key": uuid.uuid4().hex})
    assert answer.status_code == 403


def test_a_visitor_without_an_account_sees_their_decisions_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visitor = subjects.visitor()
    DecisionFactory(subject=visitor, purpose="offers", key="visitor")
    as_visitor(monkeypatch, visitor)
    page = Client().get(ME).content.decode()
    assert "You are not signed in" in page
    assert 'id="decisions"' in page
    assert 'id="held"' not in page
    assert "me/erase/browser/" in page
    sent = {"purpose": "offers", "act": "withdraw", "key": uuid.uuid4().hex}
    assert Client().post("/privacy/me/decide/", sent).status_code == 303
    assert not consent.may(visitor, "offers")


def as_visitor(monkeypatch: pytest.MonkeyPatch, subject: Subject) -> None:
    """Let each request carry the choice of this visitor, as the room `cookies` would read it from the browser."""

    class Choosing(consent.Refusing):
        reference = subject.reference

    monkeypatch.setattr(consent, "of", lambda request: Choosing())


def test_the_choice_of_a_browser_opens_nothing_of_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper()
    as_visitor(monkeypatch, ada)
    page = Client().get(ME).content.decode()
    assert "Ada Example" not in page
    assert 'id="decisions"' not in page


def test_a_merged_visitor_is_shown_to_the_account_only(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, visitor = shopper(), subjects.visitor()
    DecisionFactory(subject=visitor, purpose="offers", key="v")
    subjects.merge(visitor=visitor, into=ada, key="m")
    as_visitor(monkeypatch, visitor)
    assert b'id="decisions"' not in Client().get(ME).content
    assert b'id="decisions"' in signed_in(ada).get(ME).content


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_decides_nothing(method: str) -> None:
    ada = shopper()
    client = signed_in(ada)
    consent.decide(subject=ada, purpose="counting", outcome=Outcome.WITHDRAWN, method=Method.FORM, key="before")
    before = consent.history(ada).count()
    for name in ("me", "decide", "download", "erase", "restrict", "object"):
        getattr(client, method)(reverse(f"onvif_privacy_rights:{name}"))
    assert consent.history(ada).count() == before
    ada.refresh_from_db()
    assert ada.restricted_at is None


def test_another_signed_in_person_is_another_subject() -> None:
    ada, bob = shopper("Ada Example"), UserFactory()
    client = Client()
    client.force_login(bob)
    assert b"Ada Example" not in client.get(ME).content
    assert ada.user_id != bob.pk


def test_pages_speak_german() -> None:
    client = signed_in(shopper())
    page = client.get(ME, headers={"accept-language": "de"}).content.decode()
    assert "Was wir speichern" in page
    assert "ein Vertrag mit Ihnen" in page
