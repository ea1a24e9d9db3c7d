"""Rate limits and the networks they count by."""

from __future__ import annotations

import random
import threading
import time

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core import limits
from tests import corpora


def request(forwarded: str | None = None, peer: str = "198.51.100.7") -> HttpRequest:
    """Return a request as a server hands it over."""
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


def variants(count: int) -> list[str]:
    """Return forwarded-for headers as attackers and odd proxies write them, from a fixed seed."""
    dice = random.Random(3902)
    parts = [
        "203.0.113.9",
        "2001:db8::1",
        "127.0.0.1",
        "unknown",
        "_hidden",
        "",
        " ",
        "1.2.3.4:80",
        "[::1]:80",
        "::ffff:1.2.3.4",
    ]
    parts += [
        "999.1.1.1",
        "1.2.3",
        "0x7f.1",
        "٣.1.1.1",
        "fe80::1%eth0",
        "a" * 500,
        "1.2.3.4\r\nX: y",
        "\0",
        "for=1.2.3.4",
    ]
    return [dice.choice([",", ", ", " ,\t"]).join(dice.choices(parts, k=dice.randint(1, 6))) for _ in range(count)]


def test_without_trusted_proxies_a_thousand_claims_change_nothing() -> None:
    assert {limits.network(request(claim)) for claim in variants(1000)} == {"198.51.100.0/24"}


@override_settings(ONVIF_PRIVACY_TRUSTED_PROXIES=1)
def test_behind_one_proxy_only_what_that_proxy_wrote_counts() -> None:
    assert {limits.network(request(f"{claim}, 203.0.113.9")) for claim in variants(1000)} == {"203.0.113.0/24"}


@override_settings(ONVIF_PRIVACY_TRUSTED_PROXIES=2)
@pytest.mark.parametrize(
    ("header", "network"),
    [
        ("192.0.2.1, 203.0.113.9, 10.0.0.1", "203.0.113.0/24"),
        ("203.0.113.9,10.0.0.1", "203.0.113.0/24"),
        ("10.0.0.1", ""),
        ("", ""),
        (None, ""),
        ("junk, 10.0.0.1", ""),
        ("x" * 5000 + ",203.0.113.9,10.0.0.1", "203.0.113.0/24"),
    ],
)
def test_two_proxies_count_from_the_right_and_a_short_list_names_nobody(header: str | None, network: str) -> None:
    assert limits.network(request(header)) == network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        (" 203.0.113.9 ", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("0.0.0.0", "0.0.0.0/24"),
        ("255.255.255.255", "255.255.255.0/24"),
        ("", ""),
        ("/run/gunicorn.sock", ""),
        ("203.0.113.9:80", ""),
        ("203.0.113.09", ""),
        ("\u0663.1.1.1", ""),
        ("3405803785", ""),
    ],
)
def test_an_address_is_cut_to_its_network_and_junk_to_nothing(address: str, network: str) -> None:
    assert limits.truncate(address) == network


@given(st.ip_addresses())
def test_the_cut_address_no_longer_tells_who_it_was(address: object) -> None:
    assert str(address) not in limits.truncate(str(address)).removesuffix(".0/24").removesuffix("::/48") or str(
        address
    ).endswith(("::", ".0"))


def test_hostile_text_is_no_network() -> None:
    for text in corpora.texts("naughty-strings"):
        assert limits.truncate(text) in ("", limits.truncate(text.strip()))
        limits.network(request(text))


def test_the_twenty_first_try_in_a_minute_is_refused() -> None:
    assert [limits.allow("code", "203.0.113.0/24") for _ in range(21)] == [True] * 20 + [False]


def test_kinds_and_networks_are_counted_apart() -> None:
    assert not [limits.allow("code", "203.0.113.0/24", limit=1) for _ in range(2)][1]
    assert limits.allow("mail", "203.0.113.0/24", limit=1)
    assert limits.allow("code", "198.51.100.0/24", limit=1)


def test_a_new_window_starts_after_the_old_one() -> None:
    assert [limits.allow("code", "n", limit=1, seconds=0.05) for _ in range(2)] == [True, False]
    time.sleep(0.06)
    assert limits.allow("code", "n", limit=1, seconds=0.05)


def test_a_flood_of_networks_does_not_fill_the_memory() -> None:
    for number in range(5000):
        limits.allow("code", f"n{number}")
    assert len(limits._windows) == limits.MAX_KEYS


def test_threads_at_once_get_exactly_the_limit() -> None:
    granted: list[bool] = []
    start = threading.Barrier(8)

    def try_often() -> None:
        start.wait()
        granted.extend([limits.allow("code", "n", limit=100) for _ in range(50)])

    threads = [threading.Thread(target=try_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted.count(True) == 100
