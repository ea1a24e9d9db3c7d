"""Sixty days of believable visits, so that Popularity has a shape from the first minute.

They go through the same door as real ones: records into the store of the room `visits`, which cleans and counts them.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from onvif_privacy.visits.services import store
from onvif_privacy.visits.services.records import Books, Parcel, Record
from onvif_privacy.visits.services.sketch import VALUE_BITS, value_of
from standards.demo.content import SEED
from standards.factories import CustomContentFactory, HouseAdFactory
from standards.models import Article, News, Product

DAYS = 60
VISITS_PER_DAY = 190
VISITORS_PER_DAY = 70
PARCEL_VISITS = 2_000

WEEKDAYS = (1.0, 1.12, 1.15, 1.08, 0.9, 0.38, 0.34)  # Monday first
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 17, 14, 16, 18, 17, 14, 10, 7, 6, 5, 4, 3, 2)

# the site's own pages, with their share of the visits
PAGES = {
    "home": 26,
    "products": 15,
    "knowledge": 11,
    "news": 8,
    "shop": 7,
    "boards": 6,
    "about": 4,
    "members": 3,
    "tour": 1,
}
REFERRERS = {
    "internal": 46,
    "": 24,
    "www.google.com": 12,
    "duckduckgo.com": 4,
    "www.bing.com": 4,
    "forum.integrators.example": 4,
    "news.security-trade.example": 3,
    "www.northlight.example": 2,
}
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0"
_GECKO = "rv:144.0) Gecko/20100101 Firefox/144.0"
AGENTS = {
    f"{_WINDOWS}) {_BLINK} Safari/537.36": 44,
    f"{_WINDOWS}; {_GECKO}": 13,
    f"{_WINDOWS}) {_BLINK} Safari/537.36 Edg/141.0.0.0": 11,
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15": 9,
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1": 11,
    f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Mobile Safari/537.36": 9,
    f"Mozilla/5.0 (X11; Linux x86_64; {_GECKO}": 3,
}
# networks reserved for documentation (RFC 5737), already cut to /24 as the middleware would
NETWORKS = ("192.0.2.0", "198.51.100.0", "203.0.113.0")


def fill_visits() -> None:
    """Store the visits of the last `DAYS` days, today until now included."""
    now = timezone.now()
    visits, books = records(now), Books(uuid.uuid4(), started=now)
    while parcel := tuple(islice(visits, PARCEL_VISITS)):
        books = replace(books, accepted=books.accepted + len(parcel), pending=len(parcel))
        written = store.write(Parcel(records=parcel, books=books))
        books = replace(books, stored=books.stored + written.stored, dropped=together(books.dropped, written.dropped))


CUSTOMISED = {
    "": "New here? [How to read a declaration](/knowledge/read-a-declaration/) explains what an entry promises.",
    "camera": "**Cameras**, because you read about them: [all that stream](/products/?kind=camera).",
    "recorder": "**Recorders**, because you read about them: [all that keep pictures](/products/?kind=recorder).",
    "door": "**Doors**, because you read about them: [controllers and readers](/products/?kind=door).",
    "sensor": "**Sensors**, because you read about them: [all that notice something](/products/?kind=sensor).",
}


def fill_customised() -> None:
    """What the catalogue begins with, by interest."""
    for area, text in CUSTOMISED.items():
        CustomContentFactory.create(slot="catalogue", area=area, text=text)


def fill_advertising() -> None:
    """Two advertisements below the catalogue: one for everybody, one for who reads about doors."""
    HouseAdFactory.create(text="Every profile on paper: the printed editions are in the shop.", url="/shop/")
    HouseAdFactory.create(
        area="door",
        advertiser="Harbour Labs",
        text="Readers and controllers that passed on the first day: see how they were tested.",
        data=(Path(__file__).parent / "doors.png").read_bytes(),
        alt="A door with a reader beside it, and the card that opens it.",
        url="https://harbour-labs.example/doors/",
    )


def together(before: Mapping[str, int], more: Mapping[str, int]) -> Mapping[str, int]:
    """Add up what was left out, by reason."""
    return Counter(before) + Counter(more)


def records(now: datetime) -> Iterator[Record]:
    """Yield the records in order of days: fewer at weekends and at night, slowly more from week to week."""
    dice = random.Random(SEED)  # noqa: S311 believable, not secret
    targets, weights = pages(dice)
    about = {product.get_absolute_url(): (product.kind,) for product in Product.objects.all()}
    about |= {article.get_absolute_url(): (article.topic,) for article in Article.objects.all()}
    published = {news.get_absolute_url(): news.published_on for news in News.objects.all()}
    for days_ago in range(DAYS, -1, -1):
        day = now.date() - timedelta(days=days_ago)
        growth = 1.25 - 0.5 * days_ago / DAYS
        number = int(VISITS_PER_DAY * WEEKDAYS[day.weekday()] * growth * dice.uniform(0.9, 1.1))
        for route, path in dice.choices(targets, weights, k=number):
            at = moment(day, dice)
            if at <= now and published.get(path, day) <= day:
                yield record(at, route, path, dice, about.get(path, ()))


def pages(dice: random.Random) -> tuple[list[tuple[str, str]], list[float]]:
    """Every page as (route pattern, concrete path) with its weight; few articles are read much, many a little."""
    found = [((reverse(name), reverse(name)), float(weight)) for name, weight in PAGES.items()]
    for route, share, model in (("/news/", 16, News), ("/products/", 16, Product), ("/knowledge/", 22, Article)):
        slugs = list(model.objects.order_by("slug").values_list("slug", flat=True))
        dice.shuffle(slugs)
        total = sum(1 / rank for rank in range(1, len(slugs) + 1))
        found += [
            ((f"{route}<slug:slug>/", f"{route}{slug}/"), share / rank / total) for rank, slug in enumerate(slugs, 1)
        ]
    return [target for target, _weight in found], [weight for _target, weight in found]


def moment(day: date, dice: random.Random) -> datetime:
    """A moment of that day in UTC, more likely in office hours."""
    hour = dice.choices(range(24), HOURS)[0]
    return datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), timezone.get_default_timezone())


def record(at: datetime, route: str, path: str, dice: random.Random, areas: tuple[str, ...]) -> Record:
    """One visit of nobody in particular."""
    return Record(
        at=int(at.timestamp()),
        site="",
        route=route,
        path=path,
        method="GET",
        status=200,
        referrer=dice.choices(list(REFERRERS), list(REFERRERS.values()))[0],
        agent=dice.choices(list(AGENTS), list(AGENTS.values()))[0],
        network=dice.choice(NETWORKS),
        visitor="",
        areas=areas,
        marks=marks(at.date(), dice.randrange(VISITORS_PER_DAY), path),
    )


def marks(day: date, visitor: int, path: str) -> int:
    """What one of the day's invented visitors does to the sketches of different visitors, as `salts.marks` would."""
    site, page = (
        value_of(int.from_bytes(blake2b(f"{day} {visitor} {place}".encode(), digest_size=8).digest(), "big"))
        for place in ("", path)
    )
    return page << VALUE_BITS | site
