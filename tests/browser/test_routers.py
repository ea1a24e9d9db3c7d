"""Sites that swap their pages by script: the state is right, the bar is there once, a script starts once a page."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from tests import requirements
from tests.browser.conftest import FLAGS
from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor

PACKAGES = ["htmx.org@2", "@hotwired/turbo@8"]
ROUNDS = 5  # of five navigations, with each of two routers


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fetch the routers into a folder of their own; without npm or network the tests are skipped, unless required."""
    folder = tmp_path_factory.mktemp("routers")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    reason = "npm is not on the path"
    if shutil.which("npm"):
        done = subprocess.run([*command, *PACKAGES], capture_output=True, text=True, timeout=120, check=False)
        reason = "" if done.returncode == 0 else f"npm could not fetch the routers: {done.stderr.strip()[:300]}"
    if reason:
        (pytest.fail if "browser" in requirements.required() else pytest.skip)(reason)
    with override_settings(ROUTERS=str(folder / "node_modules"), ROOT_URLCONF="tests.browser.host.router_urls"):
        yield


def ran(visitor: Visitor, name: str) -> int:
    return visitor.ran().count(name)


def shows(visitor: Visitor, number: int) -> None:
    """Wait for a page and what it starts, and look at the bar."""
    visitor.page.get_by_role("heading", name=f"Page {number}", exact=True).wait_for()
    visitor.page.locator(".feature").wait_for()
    visitor.page.wait_for_timeout(100)  # for what would start twice
    assert visitor.page.locator(".privacy-bar").count() == 1
    assert not visitor.bar.is_visible()
    assert visitor.page.locator(".feature").is_visible()
    assert visitor.page.locator("iframe").count() == 1
    assert visitor.granted() == ["marketing", "popularity", "preferences", "statistics"]


def go_on(visitor: Visitor, number: int, how: str) -> int:
    """Go to the next page, or load the same one anew."""
    if how == "morph":
        visitor.page.evaluate("() => Turbo.visit(location.href, {action: 'replace'})")
        visitor.page.wait_for_timeout(250)
        return number
    visitor.page.get_by_role("button" if how == "Swap" else "link", name=how if how == "Swap" else "Next").click()
    return number + 1


@pytest.mark.parametrize(("router", "ways"), [("htmx", ["Next", "Swap"]), ("turbo", ["Next", "morph"])])
def test_over_navigations_the_state_is_right_and_each_script_starts_once(
    routers: None, visit: Callable[..., Visitor], router: str, ways: list[str]
) -> None:
    visitor = visit()
    visitor.go(f"/{router}/1/")
    visitor.page.get_by_role("link", name="Next").click()
    visitor.page.get_by_role("heading", name="Page 2", exact=True).wait_for()
    assert visitor.bar.is_visible()
    assert visitor.page.locator(".privacy-bar").count() == 1
    assert ran(visitor, "counter") == 0
    visitor.accept()
    shows(visitor, 2)
    number, expected = 2, 1
    for round in range(ROUNDS):
        for how in [ways[0], ways[1], ways[0], ways[1], ways[round % 2]]:
            number = go_on(visitor, number, how)
            shows(visitor, number)
            expected += how != "morph"
            assert ran(visitor, "counter") == expected, how
    visitor.page.go_back()  # Turbo shows what it remembers, and htmx asks again
    shows(visitor, number - 1)
    assert expected <= ran(visitor, "counter") <= expected + 1
    expected = ran(visitor, "counter")
    go_on(visitor, number - 1, "Next")  # Turbo shows what it remembers first, and the page itself then
    shows(visitor, number)
    visitor.page.wait_for_load_state("networkidle")
    assert ran(visitor, "counter") == expected + 1
    assert not [line for line in visitor.said if "data-privacy blocks only" in line]


def test_what_a_router_remembers_starts_nothing_after_the_withdrawal(
    routers: None, visit: Callable[..., Visitor], other_site: OtherSite
) -> None:
    visitor = visit()
    visitor.go("/htmx/1/")
    visitor.accept()
    visitor.page.get_by_role("link", name="Next").click()
    shows(visitor, 2)
    visitor.press("Withdraw", within=".privacy-control")
    visitor.page.wait_for_load_state("networkidle")
    other_site.asked.clear()
    visitor.page.go_back()
    visitor.page.get_by_role("heading", name="Page 1", exact=True).wait_for()
    visitor.page.wait_for_timeout(300)
    assert ran(visitor, "counter") == 0
    assert (visitor.page.locator("iframe").count(), other_site.asked) == (0, [])


def test_after_a_swap_the_bar_answers_and_says_so(routers: None, visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/turbo/1/")
    visitor.press("Choose")
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("link", name="Next").click()
    visitor.page.get_by_role("heading", name="Page 2", exact=True).wait_for()
    visitor.press("Choose")
    assert visitor.page.locator("dialog").count() == 1
    visitor.page.keyboard.press("Escape")
    visitor.decline()
    assert not visitor.bar.is_visible()
    assert "saved" in (visitor.page.locator("#privacy-status").text_content() or "")
    go_on(visitor, 2, "morph")  # changes attributes alone
    assert visitor.page.locator(".privacy-needs").get_attribute("data-privacy-is") == "refused"
    visitor.page.go_back()
    visitor.page.get_by_role("heading", name="Page 1", exact=True).wait_for()
    assert not visitor.bar.is_visible()
    assert visitor.page.locator("dialog").count() == 0


def test_a_page_from_the_browsers_memory_and_a_second_tab_know_what_was_decided(playwright: Any, site: Any) -> None:
    browser = playwright.chromium.launch(
        executable_path=requirements.chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    try:
        context = browser.new_context(base_url=site.url)
        context.add_init_script("addEventListener('pageshow', (event) => { window.remembered = event.persisted; })")
        visitor = Visitor(context, site.url)
        visitor.go("/plain/")
        visitor.page.evaluate("window.mark = 1")
        visitor.go("/privacy/cookies/declaration/")
        visitor.accept()
        visitor.page.evaluate("history.back()")  # a remembered page has no load event to wait for
        visitor.page.wait_for_function("window.mark === 1 && window.remembered")  # the page itself, not a new one
        assert not visitor.bar.is_visible()
        assert "statistics" in visitor.granted()
        second = context.new_page()
        second.goto("/")
        second.locator(".privacy-control").get_by_role("button", name="Withdraw").click()
        second.wait_for_timeout(400)
        visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        visitor.page.wait_for_timeout(300)
        assert visitor.granted() == []
    finally:
        browser.close()
