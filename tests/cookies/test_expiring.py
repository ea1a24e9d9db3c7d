"""Withdrawing leaves nothing behind, whatever variant a cookie was stored in, and stays small."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services import expiring, guard, running, sweeping
from onvif_privacy.cookies.services.declared import Item
from onvif_privacy.core.registry import temporarily
from tests.cookies.browser_model import Browser, Stored
from tests.cookies.factories import choice_of, device_item, header_of
from tests.cookies.serving import HANDLERS, HOST

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

DEEP = "a.b.c.example.com"
PAGE = "/shop/cart/"
SWEEP = "/privacy/cookies/sweep/"
EXACT, WILD, PARTED = "uid", "_pk_id.7", "chips"
ITEMS = (
    device_item("uid", "preferences", paths=("/", "/shop"), domains=("example.com",)),
    device_item("_pk_id.*", "statistics"),
    device_item("chips", "marketing", partitioned=True, paths=("/", "/account")),
)


def nothing(slug: str) -> bool:
    """Allow nothing."""
    return False


def random_jar(chance: random.Random) -> Browser:
    """Return a browser with up to a dozen covered cookies, on four domains and three paths."""
    browser = Browser(DEEP)
    for _ in range(chance.randint(1, 12)):
        name = chance.choice([EXACT, WILD, PARTED])
        domain = chance.choice(["", DEEP, "b.c.example.com", "example.com"])
        own = {EXACT: "/shop", WILD: "/", PARTED: "/account"}[name]
        path = chance.choice(["/", own, "/shop/cart"])
        parted = name == PARTED and chance.random() < 0.5
        browser.jar.add(Stored(name, domain or DEEP, not domain, path, parted))
    return browser


def withdraw(browser: Browser) -> int:
    """Sweep as the script does, then load the page again until nothing is deleted; return the number of answers."""
    after, rounds = "", 0
    while rounds < 20:
        rounds += 1
        request = RequestFactory().post(
            SWEEP, {"page": PAGE}, secure=True, HTTP_HOST=DEEP, HTTP_COOKIE=browser.header(SWEEP)
        )
        response = HttpResponse()
        after = sweeping.sweep(response, request, running.current(), nothing, after=after)
        lines = [morsel.OutputString() for morsel in response.cookies.values()]
        assert sum(len(line) + 14 for line in lines) <= conf.HEADER_BUDGET
        browser.take(lines, SWEEP)
        if not after:
            break
    for _ in range(3):
        names = [part.partition("=")[0] for part in browser.header(PAGE).split("; ") if part]
        unwanted = [(name, running.current().cookies.get(name)) for name in dict.fromkeys(names)]
        place = expiring.Place(DEEP, True, PAGE)
        lines = guard.page_deletions([(name, item) for name, item in unwanted if item], place, conf.HEADER_BUDGET)
        browser.take(lines, PAGE)
    return rounds


def clear_random_jars(number: int) -> None:
    """Withdraw in random jars and see that each is empty."""
    chance = random.Random(20)
    for _ in range(number):
        browser = random_jar(chance)
        before = set(browser.jar)
        withdraw(browser)
        assert browser.jar == set(), before


def test_withdrawal_empties_random_jars() -> None:
    with temporarily(*ITEMS):
        clear_random_jars(200)


@pytest.mark.full
def test_withdrawal_empties_10000_random_jars() -> None:
    with temporarily(*ITEMS):
        clear_random_jars(10_000)


def test_thirty_names_on_a_deep_host_go_in_fourteen_small_sweeps() -> None:
    with temporarily(device_item("_pk_id.*", "statistics", set_by="script")):
        chance, browser = random.Random(5), Browser(DEEP)
        for number in range(30):
            domain = chance.choice(["", DEEP, "c.example.com", "example.com"])
            browser.jar.add(Stored(f"_pk_id.{number}", domain or DEEP, not domain, "/"))
        assert withdraw(browser) <= 14
        assert browser.jar == set()


def test_declared_variants_come_first() -> None:
    item = Item.declared(device_item("uid", paths=("/shop",), domains=(".example.com",)))
    lines = expiring.variants("uid", item, expiring.Place(DEEP, True, PAGE))
    assert lines[0] == "uid=; Max-Age=0; Path=/shop; Domain=example.com; Secure"
    assert expiring.declared_variants("uid", item, expiring.Place(DEEP, True, PAGE)) == lines[:1]


@pytest.mark.parametrize("name", ["__Host-id", "__HOST-id", "__Host-Http-id"])
def test_host_bound_names_are_deleted_once(name: str) -> None:
    item = Item.declared(device_item(name))
    assert expiring.variants(name, item, expiring.Place(DEEP, True, PAGE)) == [f"{name}=; Max-Age=0; Path=/; Secure"]


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("example.com", ["example.com"]),
        ("a.b.c.example.com", ["a.b.c.example.com", "b.c.example.com", "c.example.com", "example.com"]),
        ("x.a.b.c.example.com", ["x.a.b.c.example.com", "b.c.example.com", "c.example.com", "example.com"]),
        ("localhost", []),
        ("192.0.2.7", []),
        ("[2001:db8::1]", []),
        ("", []),
    ],
)
def test_parents_have_two_labels_and_are_four_at_most(host: str, domains: list[str]) -> None:
    assert expiring.parents(host) == domains


@pytest.mark.parametrize("name", ["a b", "a;b", "a=b", "a\r\nSet-Cookie: x", "a,b", "ä", "", "x" * 200])
def test_names_that_cannot_be_written_are_left_alone(name: str) -> None:
    item = Item.declared(device_item("*"))
    assert expiring.variants(name, item, expiring.Place(DEEP, True)) == []


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


def deleted(answer: Any) -> set[str]:
    """Return the names that an answer deletes."""
    return {line.partition("=")[0] for line in answer.set_cookies if "Max-Age=0" in line}


def test_page_deletes_what_was_declined(send: Any, published: Any) -> None:
    header = f"{header_of(choice_of(preferences='+1', statistics='!'))}; theme=1; _pk_id.1=2; unknown=3"
    answer = send("/shop/", headers={"Cookie": header})
    assert deleted(answer) == {"_pk_id.1"}
    assert answer.header("Cache-Control") == "private, no-store"
    lines = [line for line in answer.set_cookies if line.startswith("_pk_id.1=")]
    assert {line.partition("Domain=")[2].partition(";")[0] for line in lines} == {"", HOST, "example.com"}


def test_undecided_visitor_loses_what_was_left_from_before(send: Any, published: Any) -> None:
    assert deleted(send("/shop/", headers={"Cookie": "_pk_id.1=2"})) == {"_pk_id.1"}


@pytest.mark.parametrize("fresh", ["public, max-age=60", "max-age=60", "s-maxage=10", "public"])
def test_page_for_shared_caches_gets_no_set_cookie(published: Any, fresh: str) -> None:
    response = HttpResponse(headers={"Cache-Control": fresh})
    assert not guard.may_carry_deletions(response)


@pytest.mark.parametrize("fresh", ["private, max-age=60", "no-store", "no-cache", ""])
def test_page_for_one_visitor_may_carry_deletions(fresh: str) -> None:
    assert guard.may_carry_deletions(HttpResponse(headers={"Cache-Control": fresh} if fresh else {}))


def test_forged_choice_is_deleted_with_its_state(send: Any, published: Any) -> None:
    answer = send("/shop/", headers={"Cookie": "__Host-privacy_choice=forged; __Host-privacy_state=1|x|a|b+1|"})
    assert deleted(answer) == {"__Host-privacy_choice", "__Host-privacy_state"}


def test_nothing_is_deleted_in_report_mode_or_before_publishing(
    send: Any, items: Any, publish: Any, settings: Any
) -> None:
    assert deleted(send("/shop/", headers={"Cookie": "theme=1"})) == set()
    publish()
    settings.ONVIF_PRIVACY_COOKIES_MODE = "report"
    assert deleted(send("/shop/", headers={"Cookie": "theme=1"})) == set()


def test_decision_deletes_at_once_and_does_not_touch_what_it_grants(send: Any, published: Any) -> None:
    data = {"action": "save", "surface": "page", "purpose": ["preferences"], **_fields()}
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": "theme=1; _pk_id.1=2; ads=3"}
    answer = send("/privacy/cookies/choice/", method="POST", data=data, headers=headers)
    assert deleted(answer) == {"_pk_id.1", "ads"}
    assert "__Host-privacy_choice" in answer.names


def test_decision_replaces_a_broken_choice_instead_of_deleting_it(send: Any, published: Any) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": "__Host-privacy_choice=forged"}
    answer = send("/privacy/cookies/choice/", method="POST", data={"action": "decline"}, headers=headers)
    assert "__Host-privacy_choice" in answer.names
    assert "__Host-privacy_choice" not in deleted(answer)


def test_sweep_says_where_to_go_on(send: Any, published: Any) -> None:
    cookies = "; ".join(f"_pk_id.{number}=1" for number in range(30))
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookies}
    answer = send(SWEEP, method="POST", data={"page": PAGE}, headers=headers)
    assert b'"left": 1' in answer.body
    size = sum(len(line) + 14 for line in answer.set_cookies)
    assert 2500 < size <= 3072
    assert len(deleted(answer)) == 30


def test_longer_life_than_declared_is_cut(send: Any, items: Any, publish: Any) -> None:
    publish()
    answer = send("/life/", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    line = next(line for line in answer.set_cookies if line.startswith("theme="))
    assert f"Max-Age={30 * 86400};" in line + ";"


def test_session_item_loses_its_lifetime(send: Any, publish: Any) -> None:
    from onvif_privacy.core.registry import SESSION

    with temporarily(device_item("theme", "preferences", duration=SESSION)):
        publish()
        answer = send("/life/", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    line = next(line for line in answer.set_cookies if line.startswith("theme="))
    assert "Max-Age" not in line
    assert "expires" not in line.lower()


@pytest.mark.parametrize("drift", ["domain=example.com", "path=/shop"])
def test_optional_cookie_outside_its_declaration_is_removed(send: Any, published: Any, drift: str) -> None:
    answer = send(f"/view/?cookie=theme=1&{drift}", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    assert answer.names == []


def test_necessary_cookie_outside_its_declaration_leaves_and_is_found(send: Any, published: Any) -> None:
    from onvif_privacy.cookies.services import findings

    answer = send("/view/?cookie=sessionid=1&path=/shop")
    assert answer.names == ["sessionid"]
    assert "drift" in {seen.kind for seen in findings.buffer.drain()}


def _fields() -> dict[str, Any]:
    from tests.cookies.test_deciding import fields

    return {name: value for name, value in fields("page").items() if name != "surface"}


def test_durations_are_whole_seconds() -> None:
    assert Item.declared(device_item(duration=timedelta(days=1, milliseconds=5))).seconds == 86400
