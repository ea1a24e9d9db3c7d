"""Advertising comes from this site alone, by interest only for who agreed, and is told in numbers of many."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from html import unescape

from django.db import router
from django.http import HttpRequest
from django.test import override_settings
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import consent, links
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Link, LinkCount
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import AdDay, HouseAd
from onvif_privacy.visits.promises.customised import CUSTOMISED
from onvif_privacy.visits.services import areas
from onvif_privacy.visits.services.advertising import choosing, figures
from onvif_privacy.visits.services.interests import profile
from onvif_privacy.visits.services.interests.rule import Profile

OWN = Promise(
    "customised.own_advertising",
    CUSTOMISED,
    _("Advertising is loaded from this site alone, and its links tell nobody who followed them."),
)
BY_INTEREST = Promise(
    "customised.advertising_by_choice",
    CUSTOMISED,
    _("Who did not agree to it sees the advertising that everybody sees."),
)
COUNTED = Promise(
    "customised.advertising_counts",
    CUSTOMISED,
    _("Of advertising nobody learns more than how often it was seen and followed, and no small number."),
)

declare(OWN, BY_INTEREST, COUNTED)

MOST = 200  # advertisements that one look reads, the newest first
# what a browser loads or follows by itself or on a click, in attributes and in styles
_ADDRESS = re.compile(
    r"""\s(?:src|srcset|href|action|formaction|data|poster|background|ping)\s*=\s*["']?([^"'>\s]+)|url\(\s*["']?([^"')]+)""",
    re.IGNORECASE,
)


def _using() -> str:
    return router.db_for_write(HouseAd)


def _foreign(html: str, allowed: Iterable[str]) -> list[str]:
    """Return the addresses in a piece of HTML that are none of those allowed."""
    known = set(allowed)
    found = [unescape(one or other) for one, other in _ADDRESS.findall(html)]
    return [one for one in found if one not in known]


def _address(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:  # a site that switched it on, but has no addresses for it: nothing is printed there
        return ""


def _own(ad: HouseAd) -> list[str]:
    """Return what an advertisement may load and lead to: its picture here, its counted link, the page of interests."""
    picture = [_address("onvif_privacy_visits:ad-picture", ad.digest)] if ad.digest else []
    return [_address("onvif_privacy:go", ad.code), _address("onvif_privacy_visits:interests"), *picture]


@check(OWN, kind=Kind.DATABASE)
def advertisements_stay_on_this_site(look: Look) -> Iterable[Finding]:
    """Print the newest advertisements and look what they load and where they lead: here, by a link that is counted."""
    look.seen()
    if not conf.ADVERTISING:
        return
    for ad in HouseAd.objects.using(_using()).defer("picture").order_by("-pk")[:MOST]:
        look.seen()
        for address in _foreign(choosing.render(ad), _own(ad)):
            yield Finding(f"advertisement {ad.ref}", f"loads or leads to what is not its own: {address}")
        link = Link.objects.using(router.db_for_write(Link)).filter(code=ad.code).first()
        if link is None or link.url != ad.url:
            yield Finding(f"advertisement {ad.ref}", "has a link that leads elsewhere than it says")


@check(BY_INTEREST, kind=Kind.REFUSAL)
def who_did_not_agree_sees_what_everybody_sees(look: Look) -> Iterable[Finding]:
    """Choose for somebody who agreed to nothing between an advertisement for an area and one for everybody."""
    look.seen()
    if not conf.ADVERTISING:
        return
    request = HttpRequest()
    request.privacy = _Undecided()  # type: ignore[attr-defined]
    for area in (*areas.places.all(), "video"):
        look.seen()
        ads = [HouseAd(area=area, text="chosen"), HouseAd(text="for all")]
        if any(ad.area for found in choosing.by_area(ads, lambda: profile.of_request(request)) for ad in found):
            yield Finding(f"advertising on {area}", "is shown to who did not agree")


@check(COUNTED, kind=Kind.REFUSAL)
def small_numbers_are_not_told(look: Look) -> Iterable[Finding]:
    """Count an advertisement K - 1 times on a day that is over, and ask for its figures; all in what is undone."""
    look.seen()
    if not conf.ADVERTISING or house.K < 2:
        return
    few, day = house.K - 1, date(2000, 1, 1)
    with rolled_back(_using()), rolled_back(router.db_for_write(Link)):
        ad = _planted()
        AdDay.objects.using(_using()).create(ad=ad, day=day, shown=few)
        link = Link.objects.using(router.db_for_write(Link)).get(code=ad.code)
        LinkCount.objects.using(router.db_for_write(Link)).create(link=link, day=day, clicks=few)
        if few in figures.sheet([ad])[0]:
            yield Finding("figures of advertising", f"tell a number below {house.K}")


class _Undecided(consent.Refusing):
    """A visitor with a reference who was asked nothing."""

    reference = "A" * 22


def _planted(url: str = "/", leads: str = "/") -> HouseAd:
    ref, code = f"ad-{uuid.uuid4().hex[:12]}", uuid.uuid4().hex[:10]
    Link.objects.using(router.db_for_write(Link)).create(code=code, url=leads, label=ref, digest=uuid.uuid4().hex)
    return HouseAd.objects.using(_using()).create(slot="probe", text="probe", ref=ref, url=url, code=code)


@contextmanager
def _shown() -> Iterator[None]:
    """Let this be a site that shows advertising, and undo what is written."""
    with (
        override_settings(ONVIF_PRIVACY_VISITS_ADVERTISING=True),
        rolled_back(_using()),
        rolled_back(router.db_for_write(Link)),
    ):
        yield


@advertisements_stay_on_this_site.saboteur
@contextmanager
def pixel_of_somebody_else(plant: Plant) -> Iterator[str]:
    """Let each advertisement load a picture from an advertiser, as a template of the site could."""
    render = choosing.render
    pixel = mark_safe('<img src="https://pixel.example/p.gif">')
    with _shown(), altered(choosing, "render", lambda ad: render(ad) + pixel):
        _planted()
        yield "not its own: https://pixel.example/p.gif"


@advertisements_stay_on_this_site.saboteur
@contextmanager
def link_that_names_who_follows_it(plant: Plant) -> Iterator[str]:
    """Give the link of an advertisement the number of whoever looks."""
    with _shown(), altered(choosing, "render", lambda ad: f'<a class="x" href="/privacy/go/{ad.code}/?visitor=7">'):
        _planted()
        yield "?visitor=7"


@advertisements_stay_on_this_site.saboteur
@contextmanager
def link_turned_elsewhere(plant: Plant) -> Iterator[str]:
    """Let the counted link lead to another site than staff wrote."""
    with _shown():
        _planted(url="/shop/", leads="https://other.example/")
        yield "leads elsewhere than it says"


@who_did_not_agree_sees_what_everybody_sees.saboteur
@contextmanager
def profile_used_without_asking(plant: Plant) -> Iterator[str]:
    """Take everybody for interested, whatever they said."""
    with _shown(), altered(profile, "of_request", lambda request: Profile({}, {"video": True})):
        yield "is shown to who did not agree"


@who_did_not_agree_sees_what_everybody_sees.saboteur
@contextmanager
def chooser_that_does_not_look_whose_turn_it_is(plant: Plant) -> Iterator[str]:
    """Let all advertisements of a slot take turns for everybody."""
    with _shown(), altered(choosing, "by_area", lambda ads, whose: [ads]):
        yield "is shown to who did not agree"


@small_numbers_are_not_told.saboteur
@contextmanager
def numbers_told_as_they_are(plant: Plant) -> Iterator[str]:
    """Hand out exact numbers."""
    with _shown(), altered(links, "rounded", lambda number: number):
        yield "tell a number below"
