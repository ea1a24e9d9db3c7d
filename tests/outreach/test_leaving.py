"""One-click unsubscribing: by POST and nothing else, for whoever has the link, for good."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from onvif_privacy.core import consent, keys
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.outreach.models import Message, Suppression
from onvif_privacy.outreach.services import optin, partners, suppression, unsubscribing
from onvif_privacy.outreach.services.addresses import Hasher, normal
from onvif_privacy.outreach.services.surveys import tokens
from tests.outreach.factories import grant, partner, queued, send, subscriber, survey, writer
from tests.smtp import Server

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.org"


def link_of(server: Server) -> str:
    """Return the path of the link in the last mail."""
    return server.messages[-1]["List-Unsubscribe"].strip().strip("<>").partition("example.com")[2]


@pytest.fixture
def link(server: Server) -> str:
    """Write one mail to Ada and return the path of its link."""
    subscriber(ADDRESS)
    send(queued())
    return link_of(server)


def dump() -> list[object]:
    """Return everything this room and the consent of people hold."""
    models = (Suppression, Message, Decision, optin.OptIn)
    return [list(one.objects.order_by("pk").values()) for one in models]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "sent",
    [
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"data": "", "content_type": "text/plain"},
    ],
    ids=["urlencoded", "multipart", "empty"],
)
def test_a_post_of_a_mail_provider_ends_it_once_and_says_200(link: str, sent: dict[str, object]) -> None:
    for _again in range(2):
        answer = Client(enforce_csrf_checks=True).post(link, **sent, headers={"host": "testserver"})  # type: ignore[arg-type]
        assert answer.status_code == 200
        assert not answer.cookies
        assert not answer.has_header("Location")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
    assert Suppression.objects.get().scope == "product_news"
    person = Message.objects.get().subject
    assert person is not None
    assert [one.outcome for one in consent.history(person)] == ["withdrawn", "granted"]
    assert not consent.may(person, "product_news")


def test_looking_changes_nothing(link: str) -> None:
    before = dump()
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        Client().generic(method, link)
    assert dump() == before
    page = Client().get(link).content.decode()
    assert "One press" in page
    assert page.partition("<main")[2].count("<button") == 2


def test_the_second_button_ends_all_mail(link: str, server: Server) -> None:
    person = Message.objects.get().subject
    assert person is not None
    grant(person, "surveys")
    assert Client().post(link, {"everything": "1"}).status_code == 200
    assert Suppression.objects.get().scope == "all"
    assert not consent.may(person, "surveys")


def test_it_works_when_person_mail_and_keys_are_gone(link: str, server: Server) -> None:
    Message.objects.all().delete()
    keys.renew_label("mail-token")
    keys.renew_label("suppression")
    assert Client().post(link).status_code == 200
    assert suppression.suppressed(ADDRESS, "product_news")
    assert Suppression.objects.count() == 2  # the hit was stored again under the newest secret
    assert suppression.suppressed(ADDRESS.upper(), "product_news")
    assert Suppression.objects.count() == 2


def test_links_come_from_the_setting_whatever_a_request_says(link: str) -> None:
    page = Client().get(link, headers={"host": "localhost"}).content.decode()
    assert "evil" not in page
    assert link.startswith("/privacy/mail/u/")


def test_when_it_cannot_be_stored_the_provider_is_asked_to_come_again(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(**how: object) -> None:
        raise consent.ConsentUnavailable

    monkeypatch.setattr(unsubscribing.consent, "withdraw", trouble)
    answer = Client().post(link)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert not Suppression.objects.exists()


def test_no_token_is_good_for_another_page_or_person(link: str, server: Server) -> None:
    campaign, asked = Message.objects.get().campaign, optin.OptIn
    optin.request(address="bob@example.org", purpose="surveys")
    offer = queued(kind="partner_offer", party=partner())
    made = {
        "unsubscribe": link.split("/")[-2],
        "confirm": optin.token(asked.objects.get()),
        "partner": partners.link(offer, actor=writer()).split("/")[-2],
        "survey": tokens.mint(survey()),
    }
    pages = {name: f"onvif_privacy_outreach:{name}" for name in made}
    for kind, token in made.items():
        for name, page in pages.items():
            if name != kind:
                assert Client().get(reverse(page, args=[token])).status_code == 404, (kind, name)
    assert campaign.kind == "product_news"
    forged = f"surveys~{made['unsubscribe'].partition('~')[2]}"
    assert unsubscribing.read_token(forged) is None
    for wrong in ("", "x", "a~b~c", signing.dumps(["all", "001.x"]), made["unsubscribe"][:-1]):
        assert unsubscribing.read_token(wrong) is None


def test_a_suppressed_person_who_is_erased_and_imported_again_gets_nothing(server: Server) -> None:
    subscriber("anna@bücher.example")
    suppression.suppress(address="anna@bücher.example", scope="product_news", reason="unsubscribe")
    assert normal("ANNA@BÜCHER.example") == normal("anna@xn--bcher-kva.example")
    subscriber("ANNA@xn--bcher-kva.example")
    campaign = queued()
    send(campaign)
    assert set(Message.objects.values_list("reason", flat=True)) == {"suppressed"}
    for row in Suppression.objects.values():
        assert "anna" not in str(row).casefold()


def test_hashes_change_with_the_secret_and_not_with_the_ring(settings: object) -> None:
    first = Hasher.load().of(ADDRESS)
    call_command("privacy_keys", "rotate", verbosity=0)
    assert Hasher.load().of(ADDRESS) == first
    keys.renew_label("suppression")
    assert Hasher.load().of(ADDRESS) != first
    assert Hasher.load().every(ADDRESS)[1] == first


def test_a_person_who_confirms_again_gets_mails_of_that_purpose_only(server: Server) -> None:
    suppression.suppress(address=ADDRESS, scope="all", reason="unsubscribe")
    optin.request(address=ADDRESS, purpose="product_news")
    assert optin.confirm(given=optin.token(optin.OptIn.objects.get())) == "product_news"
    assert not suppression.suppressed(ADDRESS, "product_news")
    assert suppression.suppressed(ADDRESS, "surveys")
    assert suppression.suppressed(ADDRESS, "partner_offers")


def test_no_person_is_made_by_unsubscribing(link: str) -> None:
    before = Subject.objects.count()
    Client().post(link)
    assert Subject.objects.count() == before
    assert connection.vendor
    assert re.fullmatch(r"\d{3}\.[0-9a-f]{32}", Suppression.objects.get().address_hash)
