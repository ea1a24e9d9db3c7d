"""The beacon: one for each entry on which the bar is seen, with nothing in it that knows the browser again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.cookies.services import counting
from tests.browser.test_accessible import violations
from tests.browser.test_overviews import TOO_WIDE
from tests.browser.visitor import Visitor
from tests.cookies.test_statistics import answer, enter
from tests.visits.factories import AdministratorFactory

BEACON = "/privacy/cookies/shown/"


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    counting.buffer.drain()
    yield
    counting.buffer.drain()


def watch(visitor: Visitor) -> list[Any]:
    """Return a list to which every beacon is added."""
    sent: list[Any] = []
    visitor.page.on("request", lambda one: sent.append(one) if one.url.endswith(BEACON) else None)
    return sent


def settle(visitor: Visitor) -> None:
    visitor.page.wait_for_load_state("networkidle")


def test_an_entry_sends_one_beacon_without_cookie_or_storage(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.context.add_cookies([{"name": "stranger", "value": "1", "url": visitor.site}])
    sent = watch(visitor)
    visitor.go("/plain/")
    settle(visitor)
    (beacon,) = sent
    assert "cookie" not in beacon.all_headers()
    assert beacon.response().status == 204
    assert visitor.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert set(visitor.jar()) == {"stranger"}
    assert {(one.event, one.language, one.policy) for one in counting.buffer.drain()} == {("shown", "en", 1)}


def test_going_on_within_the_site_is_no_entry(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    sent = watch(visitor)
    visitor.go("/plain/")
    settle(visitor)
    visitor.page.evaluate("location.assign('/article/')")
    visitor.page.wait_for_url("**/article/")
    settle(visitor)
    assert visitor.bar.is_visible()
    assert len(sent) == 1


@pytest.mark.parametrize("choice", ["Accept", "Decline"])
def test_who_has_decided_sends_none(visit: Callable[..., Visitor], choice: str) -> None:
    visitor = visit()
    visitor.go("/plain/")
    visitor.press(choice)
    sent = watch(visitor)
    visitor.go("/plain/")
    settle(visitor)
    assert sent == []


def test_no_bar_no_beacon(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False)
    sent = watch(visitor)
    visitor.go("/plain/")
    settle(visitor)
    assert sent == []


def test_a_site_that_counts_nothing_sends_none(visit: Callable[..., Visitor]) -> None:
    with override_settings(ONVIF_PRIVACY_COOKIES_STATISTICS=False):
        visitor = visit()
        sent = watch(visitor)
        visitor.go("/article/")
        settle(visitor)
        assert sent == []


@pytest.fixture
def staff(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings an administrator to a site whose bar was seen and answered."""
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"):
        client = Client()
        client.force_login(AdministratorFactory())
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        for language in ("en", "en", "en", "de", "de"):
            enter(language)
        answer("accept")
        answer("decline", "de")
        counting.flush()

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            return visitor

        yield bring


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_numbers_are_accessible(staff: Callable[..., Visitor], width: int, colours: str) -> None:
    visitor = staff(width=width, color_scheme=colours)
    visitor.go("/admin/onvif_privacy_cookies/choicecount/")
    assert visitor.page.get_by_role("heading", name="The bar was shown, by day").is_visible()
    visitor.page.locator("summary").click()
    if folder := os.environ.get("SCREENSHOTS"):
        visitor.page.screenshot(path=f"{folder}/choices-{width}-{colours}.png", full_page=True)
    assert violations(visitor) == []
    assert visitor.page.evaluate(TOO_WIDE) <= 0


def test_the_numbers_are_there_without_script_and_reached_by_keyboard(staff: Callable[..., Visitor]) -> None:
    visitor = staff(script=False)
    visitor.go("/admin/onvif_privacy_cookies/choicecount/")
    link = visitor.page.get_by_role("link", name="90 days")
    link.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**?days=90")
    assert visitor.page.locator("#choices-rows ~ table tbody tr").count() == 3  # with the sum
