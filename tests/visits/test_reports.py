"""The same visits give the same reports: on every engine (V19), and after single visits and hours are gone (V16)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest
from django.utils import timezone

from onvif_privacy.visits.models import Domain, NetworkDay, PageHour, UniqueDay, Visit
from onvif_privacy.visits.services import domains, reports, retention, salts, store, uniques
from onvif_privacy.visits.services.periods import Period
from onvif_privacy.visits.services.records import Parcel, Record
from tests.visits.factories import CHROME

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2026, 2, 20), dt.date(2026, 3, 21)
START = int(dt.datetime(2026, 1, 25, tzinfo=dt.UTC).timestamp())
SECONDS = 56 * 86_400
AGENTS = [
    CHROME,
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1",
    "curl/8.5.0",
]
HOSTS = ["", "internal", "search.example", "news.example", "android-app"]


class Site:
    """Visits that are the same whenever and wherever they are made, in parcels of 2,000."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.counted: Counter[tuple[str, dt.date]] = Counter()
        self.hosts: Counter[str] = Counter()
        self.people: dict[dt.date, set[int]] = {}

    def record(self, index: int, chance: random.Random) -> Record:
        at = START + index * SECONDS // self.number
        page, person = int(chance.paretovariate(0.7)) % 300, chance.randrange(self.number // 10 + 5)
        route = f"/products/{page}/" if page % 3 else "/search/"
        status, agent = chance.choice([200] * 18 + [404, 500]), chance.choice(AGENTS)
        method = chance.choice(["GET"] * 9 + ["POST"])
        referrer = chance.choice(HOSTS)
        day = dt.datetime.fromtimestamp(at, dt.UTC).date()
        if status == 200 and method == "GET" and not agent.startswith("curl") and FIRST <= day <= LAST:
            self.counted[route, day] += 1
            self.hosts[referrer] += 1
            self.people.setdefault(day, set()).add(person)
        return Record(
            at=at,
            site="",
            route=route,
            path="",
            method=method,
            status=status,
            agent=agent,
            referrer=referrer,
            network=f"198.51.{page % 20}.0",
            visitor="",
            areas=("video",) if page % 5 == 0 else (),
            marks=salts.marks(at, str(person), "", route),
        )

    def visit(self) -> None:
        chance = random.Random(2026)
        for start in range(0, self.number, 2_000):
            numbers = range(start, min(start + 2_000, self.number))
            store.write(
                Parcel(
                    tuple(self.record(index, chance) for index in numbers),
                    {(FIRST + dt.timedelta(days=start // 2_000 % 20), "prefetch"): 3},
                )
            )
        while uniques.merge():
            pass
        name = Domain.objects.create(name="isp.example", digest="isp")
        NetworkDay.objects.filter(network__lt="198.51.15.0").update(domain=name, asked=True)
        while domains.settle():
            pass


@pytest.fixture
def _always_the_same(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 36_500
    settings.ONVIF_PRIVACY_VISITS_HOURLY_DAYS = 36_500
    settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
    settings.ONVIF_PRIVACY_VISITS_SUBJECT_AREAS = {"products": ["/products/1"]}
    settings.ONVIF_PRIVACY_VISITS_SERVICES = {"Search": ["/search/"], "Products": ["/products/"]}
    days = [
        salts.Day(start, start + 86_400, hashlib.blake2b(key=f"{start}".encode(), digest_size=8))
        for start in range(START, START + SECONDS, 86_400)
    ]
    monkeypatch.setattr(salts, "_days", tuple(days))


def everything(*, live: bool = True) -> dict[str, Any]:
    """Every table of the report, as plain values."""
    asked = reports.Asked(period=Period(FIRST, LAST), use="statistics")
    now = dt.datetime(2026, 3, 21, 23, 59, tzinfo=dt.UTC)
    found = asdict(reports.report(asked, now))
    for name in ("ledger", "hours", "live") if not live else ("ledger",):
        del found[name]
    narrow = {
        f"{table} {name}": reports.sheet(table, reports.Asked(period=Period(FIRST, LAST), use="statistics", **part))
        for name, part in {"search": {"route": "/search/"}, "video": {"area": "video"}}.items()
        for table in ("pages", "quality", *(["hours"] if live else []))
    }
    found["visitors"] = {
        name: sorted((str(key), number) for key, number in value.items()) if isinstance(value, dict) else value
        for name, value in found["visitors"].items()
        if name != "pages"  # by numbers that each database gives as it likes
    }
    return json.loads(json.dumps(found | narrow, default=str, sort_keys=True))  # type: ignore[no-any-return]


def fingerprint(found: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:16]


def judge(site: Site, found: dict[str, Any]) -> None:
    """The same, counted independently."""
    pages: Counter[str] = Counter()
    for (route, _day), number in site.counted.items():
        pages[route] += number
    top = sorted(pages.items(), key=lambda item: (-item[1], item[0]))
    assert [line["visits"] for line in found["pages"]] == [number for _route, number in top][:50]
    assert {line["name"]: line["visits"] for line in found["pages"]}.items() <= pages.items()
    assert sum(line["visits"] for line in found["referrers"]) == site.hosts.total()
    assert found["days"]["visits"] == site.counted.total()
    exact = sum(len(people) for people in site.people.values())
    assert abs(found["visitors"]["visits"] - exact) <= 0.03 * exact


@pytest.mark.usefixtures("_always_the_same")
class TestSameReports:
    SMALL, LARGE = "e7d298eeeb011c47", "c2576889d61bdc00"

    def test_on_every_engine(self) -> None:
        """V19: the fingerprint was taken once; each engine must reproduce it."""
        site = Site(6_000)
        site.visit()
        found = everything()
        judge(site, found)
        assert fingerprint(found) == self.SMALL

    @pytest.mark.full
    def test_on_every_engine_with_a_million(self) -> None:
        site = Site(1_000_000)
        site.visit()
        found = everything()
        judge(site, found)
        assert fingerprint(found) == self.LARGE

    def test_after_single_visits_and_hours_are_gone(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """V16: the clock is moved; reports stay the same to the last digit."""
        Site(4_000).visit()
        settings.ONVIF_PRIVACY_VISITS_RAW_DAYS, settings.ONVIF_PRIVACY_VISITS_HOURLY_DAYS = 90, 396
        real = dt.datetime(2026, 3, 22, tzinfo=dt.UTC)
        before, whole = everything(live=False), everything()
        hours = whole["hours"]

        monkeypatch.setattr(timezone, "now", lambda: real + dt.timedelta(days=91))
        while retention.expire():
            pass
        assert not Visit._default_manager.exists()
        assert everything(live=False) == before
        assert everything()["hours"] == hours

        monkeypatch.setattr(timezone, "now", lambda: real + dt.timedelta(days=397))
        while retention.expire():
            pass
        assert not PageHour.objects.exists()
        assert UniqueDay.objects.exists()
        assert everything(live=False) == before
