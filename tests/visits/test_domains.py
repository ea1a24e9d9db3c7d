"""Visitors' domains: off unless asked for, behind the page, once a network and day, registrable part only."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from typing import Any

import pytest

from onvif_privacy.visits import checks
from onvif_privacy.visits.models import DomainDay, NetworkDay
from onvif_privacy.visits.services import clock, domains, reports, retention, store
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.records import Parcel
from tests import corpora
from tests.visits.factories import RecordFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NAMES = {
    "192.0.2.0": "192-0-2-0.dynamic.isp.example.co.uk",
    "198.51.100.0": "gw.University.example.",
    "203.0.113.0": "203.0.113.0",
    "2001:db8:1::": "host.xn--85x722f.com.cn",
}


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A resolver that knows `NAMES`; gives what it was asked. (No names can be asked for in a test run.)"""
    asked: list[str] = []

    def gethostbyaddr(address: str) -> tuple[str, list[str], list[str]]:
        asked.append(address)
        if address == "10.9.9.0":
            time.sleep(1.5)
        if address not in NAMES:
            raise socket.herror(1, "Unknown host")
        return NAMES[address], [], [address]

    monkeypatch.setattr(socket, "gethostbyaddr", gethostbyaddr)
    return asked


def visited(*networks: str, days_ago: int = 0) -> None:
    at = int(time.time()) - days_ago * 86_400
    store.write(Parcel(tuple(RecordFactory(at=at, network=network) for network in networks)))


def work() -> dict[str, int]:
    """What the job does; gives the visits of each domain."""
    while domains.resolve():
        pass
    while domains.settle():
        pass
    return dict(DomainDay.objects.filter(visits__gt=0).values_list("domain__name", "visits"))


class TestRegistrable:
    def test_every_case_of_the_public_suffix_list(self) -> None:
        """Rules that companies registered (``uk.com``, ``blogspot.com``) are not used; see `services.domains`."""
        private = {"uk.com", "example.uk.com", "b.example.uk.com", "a.b.example.uk.com"}
        judged = 0
        for given, expected in corpora.calls("public-suffix"):
            if given is None or given in private:
                continue
            judged += 1
            wanted = (expected or "").encode("idna").decode() if expected else ""
            assert domains.registrable(given) == wanted, given
        assert judged == 73

    @pytest.mark.parametrize(
        ("name", "domain"),
        [
            ("ec2-203-0-113-9.compute-1.amazonaws.com", "amazonaws.com"),
            ("a.b.example.co.uk.", "example.co.uk"),
            ("localhost", ""),
            ("203.0.113.9", ""),
            ("2001:db8::1", ""),
            ("", ""),
            ("a..b", ""),
            ("x" * 300 + ".example", ""),
            ("\0.example.org", "example.org"),
            ("münchen.example", "xn--mnchen-3ya.example"),
        ],
    )
    def test_machine_names_lose_what_is_the_machines(self, name: str, domain: str) -> None:
        assert domains.registrable(name) == domain

    def test_hostile_names_become_a_name_or_nothing(self) -> None:
        for case in corpora.texts("naughty-strings"):
            found = domains.registrable(case)
            assert found.isascii()
            assert len(found) <= 253

    def test_list_comes_with_the_package_and_nothing_is_fetched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object, **kwargs: object) -> None:
            raise AssertionError("something was fetched")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        domains._extract.cache_clear()
        assert domains.registrable("www.example.com") == "example.com"


class TestLookedUp:
    def test_off_by_default_no_network_waits(self, resolver: list[str]) -> None:
        visited("192.0.2.0")
        assert not NetworkDay.objects.exists()
        assert work() == {}
        assert resolver == []

    def test_visits_are_counted_by_registrable_domain_and_each_network_is_asked_once(
        self, resolver: list[str], settings: Any
    ) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0", "192.0.2.0", "198.51.100.0", "203.0.113.0", "2001:db8:1::", "10.1.1.0")
        assert resolver == []  # not while visits are stored, let alone asked for
        assert work() == {"example.co.uk": 2, "university.example": 1, "xn--85x722f.com.cn": 1, "": 2}
        visited("192.0.2.0", "10.1.1.0")
        assert work() == {"example.co.uk": 3, "university.example": 1, "xn--85x722f.com.cn": 1, "": 3}
        assert sorted(resolver) == sorted({*NAMES, "10.1.1.0"})
        assert work()["example.co.uk"] == 3  # nothing is counted twice

    def test_more_networks_than_one_round_takes(self, resolver: list[str], settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited(*(f"10.0.{number}.0" for number in range(3 * domains.AT_ONCE)))
        assert work() == {"": 3 * domains.AT_ONCE}

    def test_answer_that_takes_too_long_is_none(
        self, resolver: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(domains, "TIMEOUT_SECONDS", 0.1)
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("10.9.9.0", "192.0.2.0")
        assert work() == {"": 1, "example.co.uk": 1}
        for thread in threading.enumerate():
            if thread.name == "onvif_privacy.domains":
                thread.join(5)

    def test_network_that_was_claimed_is_not_asked_by_another(self, resolver: list[str], settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0")
        NetworkDay.objects.update(asked=True)  # by another machine, just now
        assert work() == {}
        assert resolver == []

    def test_networks_are_forgotten_after_their_day_and_late_ones_are_counted_without_a_name(
        self, resolver: list[str], settings: Any
    ) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0", days_ago=1)
        visited("198.51.100.0", days_ago=3)
        NetworkDay.objects.update(asked=True)
        NetworkDay.objects.filter(network="192.0.2.0").update(asked=False)
        assert work() == {"example.co.uk": 1, "": 1}
        assert not NetworkDay.objects.exists()

    def test_networks_that_nobody_looks_up_any_more_are_deleted(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0", days_ago=4)
        visited("192.0.2.0")
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = False
        retention.expire()
        assert [row.day for row in NetworkDay.objects.all()] == [clock.today()]

    def test_report_shows_them_where_the_site_asks(self, resolver: list[str], settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0", "10.1.1.0", "10.1.1.0")
        work()
        asked = reports.Asked(period=Period.ending(clock.today(), Choice.TODAY), use="statistics")
        lines = reports.report(asked).domains
        assert lines is not None
        assert [(line.name, line.visits) for line in lines] == [("(no name)", 2), ("example.co.uk", 1)]
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = False
        assert reports.report(asked).domains is None

    def test_two_days_are_counted_apart(self, resolver: list[str], settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
        visited("192.0.2.0")
        visited("192.0.2.0", days_ago=1)
        assert work() == {"example.co.uk": 1}  # one of each day
        assert DomainDay.objects.filter(day__gte=clock.today() - dt.timedelta(days=1)).count() == 2
        assert resolver == ["192.0.2.0"]  # both days of one round


def test_missing_package_is_an_error(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.domains_can_be_found(None) == []
    settings.ONVIF_PRIVACY_VISITS_DOMAINS = True
    assert checks.domains_can_be_found(None) == []
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert [message.id for message in checks.domains_can_be_found(None)] == ["onvif_privacy_visits.E001"]
    settings.ONVIF_PRIVACY_VISITS_DOMAINS = "yes"
    assert checks.domains_can_be_found(None) == []
