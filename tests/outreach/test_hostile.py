"""Other people's bad strings in subject lines, names, texts and addresses; looking at any link changes nothing."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from onvif_privacy.core import links
from onvif_privacy.core.models import Decision, Party
from onvif_privacy.outreach.models import (
    Campaign,
    CampaignText,
    Message,
    OptIn,
    PartnerRelease,
    SpentToken,
    Suppression,
    Tally,
)
from onvif_privacy.outreach.services import optin, partners
from onvif_privacy.outreach.services.campaigns import rendering, sending
from onvif_privacy.outreach.services.surveys import tokens
from onvif_privacy.outreach.services.unsubscribing import Linker
from tests import corpora
from tests.core.counts import few_or_all
from tests.outreach.factories import approved, partner, survey, writer

EVERY = few_or_all(97, 1)
HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
}  # fmt: skip
RUNS = re.compile(
    r"<(?:script|img|iframe|svg|object|form)|<[^>]*\s(?:on\w+|style|src)=|<a [^>]*href=\"(?!https://|mailto:)",
    re.IGNORECASE,
)


def strings() -> list[str]:
    """Return what other people's lists hold, and each way to begin a new line in the middle of a word."""
    found = [*corpora.texts("naughty-strings")]
    for name in ("crlf", "http-crlf", "nul-bytes", "unicode-rtl", "unicode-corrupted", "format-strings"):
        found += [one.decode("utf-8", "replace") for one in corpora.lines(name)]
    ends = ("\r", "\n", "\r\n", "\0", "\x0b", "\x85", "\u2028", "\ud800")
    return found + [f"Hello{end}Bcc: eve@evil.example" for end in ends]


def mail(text: CampaignText, name: str = "Ada") -> Any:
    """Return one mail as a mail program reads it, written as the sender writes it."""
    campaign = Campaign(kind="product_news", purpose="product_news")
    made = rendering.whole(text, campaign)
    whole = CampaignText(language="en", subject=text.subject, html=made.html, text=made.text)
    values = {
        rendering.NAME: rendering.name_shown(name),
        rendering.UNSUBSCRIBE: "https://news.example.com/u/",
        rendering.SURVEY: "",
    }
    message = sending.written(campaign, whole, to="ada@example.org", values=values)
    return message_from_bytes(message.message().as_bytes(), policy=default)


def judged(message: Any, words: str) -> None:
    """One block of headers, each of ours once and no other; nothing in the HTML part runs or is fetched."""
    assert set(message.keys()) == HEADERS, words
    assert len(message.keys()) == len(HEADERS), words
    assert message["To"] == "ada@example.org", words
    assert not RUNS.search(message.get_body(("html",)).get_content().partition("<body")[2]), words


@pytest.mark.parametrize("every", EVERY)
def test_hostile_words_are_refused_or_stay_words(every: int) -> None:
    tried = refused = 0
    for words in strings()[::every]:
        plain = CampaignText(language="en", subject="Hello {name}", markdown="Dear {name}")
        judged(mail(plain, name=words), words)
        for text in (
            CampaignText(language="en", subject=words, markdown="Words"),
            CampaignText(language="en", subject="Hello", markdown=words),
        ):
            tried += 1
            if rendering.problems(text):
                refused += 1
            else:
                judged(mail(text), words)
    assert 0 < refused < tried


@pytest.mark.django_db
@pytest.mark.parametrize("every", EVERY)
def test_nothing_appended_to_a_link_of_ours_leads_elsewhere(every: int) -> None:
    link = links.add("https://bank.example/offer", label="x")
    payloads = [
        line
        for name in ("open-redirect", "open-redirect-parameters", "http-parameters")
        for line in corpora.lines(name)
    ]
    payloads += [case["input"].encode("utf-8", "replace") for case in corpora.objects("url")]
    client, base = Client(raise_request_exception=False), f"/privacy/go/{link.code}"
    for payload in payloads[::every]:
        raw = payload.decode("latin-1")
        for place in (f"{base}/{raw}", f"{base}{raw}", f"{base}/?{quote(payload)}"):
            path, _mark, query = place.partition("?")
            answer = client.get("/", PATH_INFO=path, QUERY_STRING=query.encode("ascii", "ignore").decode())
            assert answer.status_code in (301, 303, 404), place
            location = answer.get("Location", "")
            if answer.status_code == 303:
                assert location == "https://bank.example/offer", place
            elif answer.status_code == 301:  # a slash was missing
                assert urlsplit(location).netloc in ("", "testserver"), place
                assert urlsplit(location).path.startswith("/privacy/go/"), place


@pytest.mark.django_db
@pytest.mark.parametrize("times", few_or_all(1, 100))
def test_looking_at_any_link_changes_nothing(times: int) -> None:
    made = approved(kind="partner_offer", party=partner(Party.Role.BUSINESS_PARTNER))
    optin.request(address="bob@example.org", purpose="surveys")
    asked = survey(public=True)
    page = lambda name, *args: reverse(f"onvif_privacy_outreach:{name}", args=args)  # noqa: E731
    addresses = [
        page("unsubscribe", Linker.load().token("product_news", "001.0")),
        page("confirm", optin.token(OptIn.objects.get())),
        urlsplit(partners.link(made, actor=writer())).path,
        page("survey", tokens.mint(asked)),
        page("results", asked.ref),
        page("join"),
        page("joined"),
    ]

    def dump() -> str:
        models = (Campaign, Message, OptIn, PartnerRelease, SpentToken, Suppression, Tally, Decision)
        return str([list(one._base_manager.order_by("pk").values()) for one in models])

    before, client = dump(), Client()
    for _time in range(times):
        for address in addresses:
            for method in ("get", "head", "options"):
                assert getattr(client, method)(address).status_code < 500, address
    assert dump() == before
