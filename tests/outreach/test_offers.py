"""Offers of partners: sent by us, counted in steps, and nothing of a reader reaches the partner."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import links
from onvif_privacy.core.models import LinkCount
from onvif_privacy.outreach.models import Message, PartnerRelease
from onvif_privacy.outreach.services import partners
from tests.outreach.factories import approved, partner, queued, send, staff, subscribers, writer
from tests.smtp import Server

pytestmark = pytest.mark.django_db
TEXT = {"en": ("An offer", "Dear {name}, [look](https://bank.example/offer?a=1) or [here](https://bank.example/two).")}


def offer(**changes: Any) -> Any:
    """Return an offer whose queue is full."""
    return queued(**({"kind": "partner_offer", "party": partner(), "texts": TEXT} | changes))


def links_in(message: Any) -> list[str]:
    plain = message.get_body(("plain",)).get_content()
    return [word.strip("<>.") for word in plain.replace(">", "> ").split() if "/go/" in word]


def test_mails_to_everybody_are_alike_but_for_the_link_that_ends_them(server: Server) -> None:
    subscribers(12, purpose="partner_offers")
    send(offer())
    bodies, ends = set(), set()
    for message in server.messages:
        end = message["List-Unsubscribe"].strip().strip("<>")
        ends.add(end)
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            assert part is not None
            content = part.get_content()
            assert "bank.example" not in content
            bodies.add((kind, content.replace(end, "")))
    assert (len(ends), len(bodies)) == (12, 2)
    assert "on behalf of Quay Bank" in next(words for kind, words in bodies if kind == "plain")


@contextmanager
def fake_partner() -> Iterator[tuple[str, list[Any]]]:
    """Run a partner's server that records everything."""
    asked: list[Any] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.requestline, sorted(self.headers.items())))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{running.server_port}", asked
    finally:
        running.shutdown()
        running.server_close()


def test_the_partner_gets_equal_requests_and_nothing_of_a_reader(server: Server) -> None:
    subscribers(5, purpose="partner_offers")
    send(offer())
    with fake_partner() as (host, asked):
        for number, message in enumerate(server.messages):
            path = urlsplit(links_in(message)[0]).path
            client = Client(headers={"referer": f"https://news.example.com/mail/{number}", "user-agent": f"U{number}"})
            client.cookies["who"] = str(number)
            answer = client.get(path, {"email": f"{number}@example.org"})
            assert (answer.status_code, answer["Location"]) == (303, "https://bank.example/offer?a=1")
            assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
            assert not answer.cookies
            # what a browser sends then: the target, and no referrer, as the answer says
            target = urlsplit(answer["Location"])
            line = http.client.HTTPConnection(host)
            line.request("GET", f"{target.path}?{target.query}", headers={"Accept": "*/*"})
            line.getresponse().read()
            line.close()
    assert len(asked) == 5
    assert all(one == asked[0] for one in asked)
    assert LinkCount.objects.get(link__url="https://bank.example/offer?a=1").clicks == 5


def test_nothing_appended_leads_elsewhere() -> None:
    link = links.add("https://bank.example/offer", label="x")
    appended = ["//evil.example", "?next=https://evil.example", "%2f..%2f", "\\evil.example", "/https:/evil.example"]
    for words in appended:
        answer = Client().get(f"/privacy/go/{link.code}/{words}")
        assert answer.status_code in (301, 303, 404)
        if answer.status_code == 303:
            assert answer["Location"] == "https://bank.example/offer"
        if answer.status_code == 301:
            assert urlsplit(answer["Location"]).netloc in ("", "testserver")


@pytest.mark.parametrize(("sent", "shown"), [(9, None), (10, 10), (19, 10), (21, 20)])
def test_counts_are_steps_of_k(sent: int, shown: int | None, settings: Any) -> None:
    campaign = approved(kind="partner_offer", party=partner(), texts=TEXT)
    campaign.began_at = timezone.now()
    campaign.save()
    for person in subscribers(sent, purpose="partner_offers"):
        now = timezone.now()
        values = {"state": "sent", "sent_at": now, "sending_at": now, "decision": person.standings.get().decision_id}
        Message.objects.create(campaign=campaign, subject=person, purpose="partner_offers", **values)
    release = partners.release_counts(campaign)
    assert release is not None
    assert release.counts["sent"] == shown
    page = Client().get(urlsplit(partners.link(campaign, actor=writer())).path)
    assert page.status_code == 200
    words = page.content.decode()
    assert (f"<td>{shown}</td>" if shown else "&lt; 10") in words
    for one in Message.objects.all():
        assert str(one.subject_id) not in words


def test_numbers_change_once_a_day_however_often_somebody_looks(server: Server) -> None:
    subscribers(12, purpose="partner_offers")
    campaign = offer()
    first = partners.release_counts(campaign)
    send(campaign)
    for _minute in range(60):
        assert partners.release_counts(campaign) == first
    assert first is not None
    assert first.counts["sent"] is None
    tomorrow = partners.release_counts(campaign, timezone.localdate() + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.counts["sent"] == 10
    assert PartnerRelease.objects.count() == 2


def test_a_partners_link_is_for_an_offer_made_by_who_may_and_ends() -> None:
    campaign = approved(kind="partner_offer", party=partner(), texts=TEXT)
    with pytest.raises(PermissionDenied):
        partners.link(campaign, actor=staff())
    with pytest.raises(Exception, match="Only an offer"):
        partners.link(approved(), actor=writer())
    assert partners.read_token("nonsense") is None
    assert Client().get("/privacy/mail/partner/nonsense/").status_code == 404


def test_links_of_an_offer_are_the_same_for_everybody_and_of_this_campaign(server: Server) -> None:
    subscribers(3, purpose="partner_offers")
    first, second = offer(), offer()
    codes = [{one.link.code for one in campaign.links.all()} for campaign in (first, second)]
    assert [len(one) for one in codes] == [2, 2]
    assert not codes[0] & codes[1]
    send(first)
    assert len({tuple(links_in(message)) for message in server.messages}) == 1
