"""The example site in a real browser: every page at two widths, and what a visitor does with its bar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Example

PAGES = [
    "/",
    "/news/",
    "/news/streaming-3-released/",
    "/products/",
    "/products/?view=list",
    "/products/?q=nothing+matches+this",
    "/knowledge/",
    "/knowledge/time-zones/",
    "/shop/",
    "/shop/basket/",
    "/board/",
    "/board/implementers/",
    "/board/implementers/1/",
    "/about/",
    "/film/",
    "/tour/",
    "/accounts/login/",
    "/privacy/statement/",
    "/privacy/cookies/",
    "/privacy/cookies/declaration/",
]
OWN = {"privacy_choice", "privacy_state"}
STATISTICS = "_pk_id.1.demo"


class Stranger:
    """A fresh profile, its page and what the browser complained about."""

    def __init__(self, chromium: Any, address: str, *, width: int = 1440, **options: Any) -> None:
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=address, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def jar(self) -> set[str]:
        """Names of all cookies."""
        return {cookie["name"] for cookie in self.context.cookies()}

    def has_in_time(self, name: str, *, expected: bool = True) -> bool:
        """Whether a cookie appears, or goes, within five seconds; the policy forbids Playwright to wait in the page."""
        for _attempt in range(50):
            if (name in self.jar) is expected:
                return True
            self.page.wait_for_timeout(100)
        return False


@pytest.fixture
def address(example: Example) -> str:
    """Where the example site is served."""
    return example.address


@pytest.fixture
def stranger(chromium: Any, address: str) -> Iterator[Stranger]:
    visitor = Stranger(chromium, address)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_every_page_is_accessible_fits_and_breaks_no_policy(
    chromium: Any, address: str, width: int, scheme: str
) -> None:
    # axe has to be injected, so its visitor goes without the policy; complaints are those of the other visitor
    axe_visitor = Stranger(chromium, address, width=width, color_scheme=scheme, bypass_csp=True)
    visitor = Stranger(chromium, address, width=width, color_scheme=scheme)
    found: dict[str, Any] = {}
    for path in PAGES:
        axe_visitor.page.goto(path)
        violations = Axe().run(axe_visitor.page).response["violations"]
        visitor.page.goto(path)
        overflow = visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = ([one["id"] for one in violations], overflow, list(visitor.complaints))
        visitor.complaints.clear()
    assert {path: faults for path, faults in found.items() if faults != ([], False, [])} == {}
    assert visitor.jar <= {"csrftoken"}
    axe_visitor.context.close()
    visitor.context.close()


def test_statistics_cookie_comes_with_consent_and_goes_with_withdrawal(stranger: Stranger) -> None:
    page = stranger.page
    page.goto("/")
    assert STATISTICS not in stranger.jar
    page.get_by_role("button", name="Accept", exact=True).click()
    assert stranger.has_in_time(STATISTICS)
    with page.expect_navigation():
        page.locator("footer").get_by_role("button", name="Withdraw").click()
    assert stranger.has_in_time(STATISTICS, expected=False)
    assert stranger.jar <= OWN


def test_declining_leaves_a_working_site_without_a_bar(stranger: Stranger) -> None:
    page = stranger.page
    page.goto("/")
    page.get_by_role("button", name="Decline", exact=True).click()
    page.locator(".privacy-bar").wait_for(state="hidden")
    page.goto("/products/?view=list")
    assert page.get_by_role("table").is_visible()
    assert not page.locator(".privacy-bar").is_visible()
    page.goto("/products/")
    assert not page.get_by_role("table").is_visible()
    assert stranger.jar <= OWN


def test_preference_is_remembered_once_allowed(stranger: Stranger) -> None:
    page = stranger.page
    page.goto("/products/")
    page.get_by_role("button", name="Accept", exact=True).click()
    page.locator(".privacy-bar").wait_for(state="hidden")
    page.get_by_role("link", name="List", exact=True).click()
    page.goto("/products/")
    assert page.get_by_role("table").is_visible()


def test_film_waits_for_a_click_and_loading_once_keeps_nothing(stranger: Stranger) -> None:
    page = stranger.page
    page.goto("/about/")
    assert page.locator("iframe").count() == 0
    page.get_by_role("button", name="Decline", exact=True).click()
    page.locator(".privacy-bar").wait_for(state="hidden")
    page.get_by_role("button", name="Load once").click()
    page.frame_locator("iframe").get_by_role("img").wait_for()
    assert "film_viewer" not in stranger.jar
    page.reload()
    assert page.locator("iframe").count() == 0


def test_site_works_on_a_phone_without_javascript(chromium: Any, address: str) -> None:
    visitor = Stranger(chromium, address, width=360, java_script_enabled=False)
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="Decline", exact=True).click()
    page.locator(".privacy-bar").wait_for(state="hidden")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Shop").click()
    page.get_by_role("button", name="Add Reference device to basket").click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Name", exact=True).wait_for()
    assert page.url.endswith("/shop/check-out/"), page.url
    visitor.context.close()
