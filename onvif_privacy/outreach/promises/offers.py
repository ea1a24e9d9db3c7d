"""Offers of partners: the mail is ours, and nothing of a reader reaches the partner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import links, text
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Party
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.models import Campaign, CampaignText, PartnerRelease
from onvif_privacy.outreach.promises import planted
from onvif_privacy.outreach.promises.clauses import OFFERS
from onvif_privacy.outreach.services import partners
from onvif_privacy.outreach.services.campaigns import acting, rendering, sending

IN_HOUSE = Promise("partner_offers.in_house", OFFERS, _("We send offers ourselves; the partner learns nothing of you."))
COUNTS = Promise("partner_offers.counts", OFFERS, _("A partner sees counts in steps, and nobody behind them."))

declare(IN_HOUSE, COUNTS)

TARGET: Final = "https://partner.invalid/offer"
SHOWN: Final = frozenset({"partner", "title", "day", "counts", "k"})
_REMOTE: Final = re.compile(r"<(?:img|link|script|iframe|object|embed|video|audio|source)\b|url\(", re.IGNORECASE)
_HREF: Final = re.compile(r'href="([^"]+)"')


def _mails() -> list[Any]:
    """Write the same offer to two people, with everything that is theirs marked."""
    party = Party(slug="probe", name="Probe", role=Party.Role.BUSINESS_PARTNER)
    campaign = Campaign(kind=Campaign.Kind.OFFER, purpose="partner_offers", party=party)
    words = CampaignText(language="en", subject="Offer", markdown=f"Dear {{name}}, [look]({TARGET}).")
    made = rendering.whole(words, campaign, lambda url: f"{house.BASE_URL or 'https://site.invalid'}/go/code/")
    words.html, words.text = made.html, made.text
    found = []
    for number in ("1", "2"):
        values = {
            rendering.NAME: f"name-{number}",
            rendering.UNSUBSCRIBE: f"https://site.invalid/u/{number}/",
            rendering.SURVEY: "",
        }
        found.append((values, sending.written(campaign, words, to=f"{number}@example.invalid", values=values)))
    return found


def _neutral(words: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        words = words.replace(value, mark) if value else words
    return words


@check(IN_HOUSE, kind=Kind.PROBE)
def mails_are_alike_and_load_nothing(look: Look) -> Iterable[Finding]:
    """Write an offer to two people and compare: only the name and the link that ends it differ, nothing is loaded."""
    parts = []
    for values, message in _mails():
        look.seen()
        html = str(message.alternatives[0][0])
        if _REMOTE.search(html):
            yield Finding("offer", "loads something when it is opened, which tells who opened it")
        for address in _HREF.findall(html):
            if urlsplit(address).hostname == urlsplit(TARGET).hostname:
                yield Finding("offer", "leads to the partner directly")
        parts.append((_neutral(html, values), _neutral(str(message.body), values)))
    if len(set(parts)) > 1:
        yield Finding("offer", "is not the same for two people, so a link can tell them apart")


@mails_are_alike_and_load_nothing.saboteur
@contextmanager
def a_pixel_of_the_partner(plant: Plant) -> Iterator[str]:
    """Let a picture of the partner through."""
    whole = text.sanitised
    pixel = '<img src="https://partner.invalid/p.gif">'
    with altered(rendering, "sanitised", lambda html, tags=(): whole(html, tags=tags) + pixel):
        yield "loads something"


@mails_are_alike_and_load_nothing.saboteur
@contextmanager
def a_link_for_each_person(plant: Plant) -> Iterator[str]:
    """Put the recipient's own mark into each link."""
    whole = rendering.filled

    def marked(words: str, values: dict[str, str], *, html: bool) -> str:
        return whole(words, values, html=html).replace("/go/code/", f"/go/code/?p={len(values)}{id(values)}")

    with altered(rendering, "filled", marked):
        yield "can tell them apart"


@check(IN_HOUSE, kind=Kind.PROBE)
def the_way_out_tells_nothing(look: Look) -> Iterable[Finding]:
    """Follow a link with a cookie, a referrer and a parameter: the partner gets the stored address and nothing else."""
    with rolled_back(acting.using()):
        link = links.add(TARGET, label="probe")
        path = reverse("onvif_privacy:go", args=[link.code])
        client = look.stranger(referer="https://site.invalid/mail/1/")
        client.cookies["who"] = "1"
        answer = look.get(f"{path}?email=a@example.invalid", client)
        if answer.headers.get("Location") != TARGET:
            yield Finding("go", "leads to another address than the stored one")
        if answer.headers.get("Referrer-Policy") != "no-referrer":
            yield Finding("go", "tells the other site where the reader came from")
        if answer.cookies:
            yield Finding("go", "sets a cookie")


@the_way_out_tells_nothing.saboteur
@contextmanager
def the_query_is_passed_on(plant: Plant) -> Iterator[str]:
    """Pass on what stood behind the link."""
    whole = links.follow
    passed = lambda code, counted: f"{whole(code, counted=counted)}?email=a@example.invalid"  # noqa: E731
    with altered(links, "follow", passed):
        yield "another address"


def _odd(counts: Any) -> bool:
    numbers = [counts.get("sent"), counts.get("failed"), *(one["clicks"] for one in counts.get("links", []))]
    return any(number is not None and number % house.K for number in numbers)


@check(COUNTS, kind=Kind.STATIC)
def the_page_has_counts_only(look: Look) -> Iterable[Finding]:
    """Look at everything that the partner's page is made of."""
    look.seen()
    for name, value in partners.page(Campaign(ref="OC-00000000")).items():
        if name not in SHOWN or isinstance(value, Model):
            yield Finding(f"page of the partner: {name}", "is no count")


@the_page_has_counts_only.saboteur
@contextmanager
def recipients_on_the_page(plant: Plant) -> Iterator[str]:
    """Give the page a list of recipients."""
    whole = partners.page
    with altered(partners, "page", lambda campaign: {**whole(campaign), "recipients": []}):
        yield "recipients"


@check(COUNTS, kind=Kind.LEDGER, empty=True)
def published_numbers_are_in_steps(look: Look) -> Iterable[Finding]:
    """Look at what partners were shown: three kinds of numbers, each a multiple of K."""
    for one in PartnerRelease.objects.using(acting.using()).order_by("-day")[:1000]:
        look.seen()
        if set(one.counts) - partners.FIELDS or _odd(one.counts):
            yield Finding(f"numbers {one.pk}", "say more than steps of K")


@published_numbers_are_in_steps.saboteur
@contextmanager
def an_exact_number(plant: Plant) -> Iterator[str]:
    """Show a partner an exact number."""
    with rolled_back(acting.using()):
        counts: dict[str, Any] = {"sent": house.K + 3, "failed": None, "links": []}
        made = PartnerRelease(campaign=planted.offer(), day="2026-01-01", counts=counts, digest="0" * 64)
        made.save(using=acting.using())
        yield f"numbers {made.pk}"
