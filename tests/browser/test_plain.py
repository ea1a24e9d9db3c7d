"""Without JavaScript everything is a form; other sites' forms decide nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor


def test_choosing_goes_to_the_settings_page_and_back(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width, script=False)
    visitor.go("/article/")
    visitor.press("Choose")
    assert visitor.page.url.endswith("/privacy/cookies/")
    page = visitor.page.locator(".privacy-preferences")
    page.get_by_role("switch", name="Allow Preferences").check()
    visitor.press("Save my choice", within=".privacy-preferences")
    assert visitor.states()["preferences"] == "granted"
    assert visitor.states()["statistics"] == "refused"
    visitor.go("/")
    assert not visitor.bar.is_visible()
    assert visitor.page.locator(".feature").is_visible()
    assert not visitor.page.locator(".privacy-notice").is_visible()


def test_a_decision_returns_to_the_page_it_was_made_on(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False)
    visitor.go("/article/?part=2")
    visitor.decline()
    assert visitor.page.url == f"{visitor.site}/article/?part=2"


def test_a_purpose_can_be_allowed_where_it_is_needed(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False)
    visitor.go("/")
    visitor.decline()
    visitor.press("Allow Preferences", within=".privacy-notice")
    assert visitor.states()["preferences"] == "granted"
    assert visitor.states()["marketing"] == "refused"
    assert visitor.page.locator(".feature").is_visible()


def test_embeds_stay_off_and_link_to_the_other_site(visit: Callable[..., Visitor], other_site: OtherSite) -> None:
    visitor = visit(script=False)
    visitor.go("/article/")
    placeholder = visitor.page.locator(".privacy-embed")
    link = placeholder.get_by_role("link", name="Open at Film House")
    assert link.get_attribute("href") == f"{other_site.address}/film/"
    assert not placeholder.get_by_role("button", name="Load once").is_visible()
    assert other_site.asked == []


def test_another_sites_form_decides_nothing(visit: Callable[..., Visitor], other_site: OtherSite) -> None:
    for script in (True, False):
        visitor = visit(script=script)
        visitor.expect("403")
        visitor.page.goto(f"{other_site.address}/forged/")
        with visitor.page.expect_navigation() as answer:
            visitor.page.get_by_role("button", name="Win").click()
        assert answer.value.status == 403
        assert "privacy_choice" not in visitor.jar()
        assert set(visitor.states().values()) == {"undecided"}


def test_nothing_is_left_of_the_bars_room_once_the_visitor_has_declined(visit: Callable[..., Visitor]) -> None:
    for script in (True, False):
        visitor = visit(script=script, width=320)
        visitor.go("/article/")
        visitor.decline()
        visitor.go("/article/")
        assert visitor.page.evaluate("getComputedStyle(document.body).paddingBlockEnd") == "0px"
