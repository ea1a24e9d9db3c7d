"""The question on the first visit: what it shows, what it does not do, and that Decline is an answer like Accept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.host.other_site import OtherSite
from tests.browser.host.urls import PAGES
from tests.browser.visitor import Visitor

NECESSARY = {"sessionid", "csrftoken", "messages", "django_language"}
OURS = {"privacy_choice", "privacy_state"}
STORAGE = "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]"


def test_nothing_optional_is_stored_or_asked_for_before_the_choice(
    visit: Callable[..., Visitor], other_site: OtherSite
) -> None:
    visitor = visit()
    for path in PAGES:
        visitor.go(path)
        visitor.page.mouse.wheel(0, 400)
        visitor.page.locator("h1").click()
        visitor.page.wait_for_timeout(2500)
        assert set(visitor.jar()) <= NECESSARY
        assert visitor.page.evaluate(STORAGE) == []
        assert visitor.ran() == []
    assert other_site.asked == []


def test_going_on_is_not_consent(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.page.mouse.wheel(0, 800)
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("link", name="Article").click()
    visitor.page.go_back()
    assert visitor.bar.is_visible()
    assert set(visitor.states().values()) == {"undecided"}
    assert not OURS & set(visitor.jar())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_decline_refuses_everything_by_one_activation(visit: Callable[..., Visitor], width: int, script: bool) -> None:
    visitor = visit(width=width, script=script)
    visitor.go("/")
    button = visitor.bar.get_by_role("button", name="Decline", exact=True)
    assert button.evaluate("node => node.tagName") == "BUTTON" if script else button.count() == 1
    visitor.decline()
    assert set(visitor.states().values()) == {"refused"}
    assert not visitor.bar.is_visible()
    assert set(visitor.jar()) >= OURS
    assert "theme" not in visitor.jar()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_accept_grants_what_was_asked_by_one_activation(
    visit: Callable[..., Visitor], other_site: OtherSite, width: int, script: bool
) -> None:
    visitor = visit(width=width, script=script)
    visitor.go("/")
    visitor.accept()
    assert set(visitor.states().values()) == {"granted"}
    assert not visitor.bar.is_visible()
    if script:
        assert visitor.ran() == ["counter", "advert"]
        assert visitor.page.frame_locator("iframe").locator("text=A film").is_visible()
        assert visitor.page.locator(".feature").is_visible()
    visitor.go("/article/")
    assert "theme" in visitor.jar()
    assert "tracker" not in visitor.jar()


def test_no_switch_is_on_at_the_first_opening(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width)
    visitor.go("/")
    visitor.press("Choose")
    switches = visitor.page.locator("dialog").get_by_role("switch")
    assert switches.count() == 4  # with popularity, which is the visits room's
    assert not any(switch.is_checked() for switch in switches.all())
    visitor.go("/privacy/cookies/")
    page_switches = visitor.page.locator(".privacy-preferences").get_by_role("switch")
    assert not any(switch.is_checked() for switch in page_switches.all())


def test_decline_is_a_button_of_its_own_and_no_link_within_text(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    decline = visitor.bar.get_by_role("button", name="Decline", exact=True)
    assert decline.evaluate("node => node.closest('p, li, a') === null")
    assert decline.evaluate("node => node.parentElement.className") == "privacy-buttons"


def test_no_second_layer_follows_a_decline(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.decline()
    assert visitor.granted() == []
    assert visitor.page.locator("dialog[open]").count() == 0
    assert visitor.page.get_by_role("switch").count() == 0


def test_every_necessary_item_gives_its_reason(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/privacy/cookies/declaration/")
    rows = visitor.page.locator("section", has_text="Necessary").first.locator("tbody tr")
    assert rows.count() >= 4
    for row in rows.all():
        assert "Why it is necessary:" in row.inner_text()


def test_declined_pages_are_whole_and_nothing_lies_over_them(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width)
    visitor.go("/")
    visitor.decline()
    covered = """() => [...document.querySelectorAll('body *')].filter((node) => {
        const box = node.getBoundingClientRect();
        return getComputedStyle(node).position === 'fixed' && box.width * box.height > innerWidth * innerHeight * 0.05;
    }).length"""
    for path in PAGES:
        assert visitor.go(path).status == 200
        assert visitor.page.evaluate(covered) == 0
        assert visitor.page.locator("h1").is_visible()


def test_purposes_are_named_before_the_buttons_and_details_are_one_click_away(
    visit: Callable[..., Visitor], width: int
) -> None:
    visitor = visit(width=width)
    visitor.go("/")
    text = visitor.bar.inner_text()
    assert text.index("Preferences") < text.index("Statistics") < text.index("Decline") < text.index("Accept")
    visitor.bar.get_by_role("link", name="What each cookie does").click()
    row = visitor.page.get_by_role("row", name="_pk_id").inner_text()
    assert "Matomo on our own server" in row
    assert "13 months" in row
    assert "Counts visits" in row


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_decline_is_remembered_like_an_acceptance(visit: Callable[..., Visitor], script: bool) -> None:
    lifetimes = []
    for answer in ("Decline", "Accept"):
        visitor = visit(script=script)
        visitor.go("/")
        visitor.press(answer)
        for _ in range(10):
            visitor.page.reload()
            assert not visitor.bar.is_visible()
        now = visitor.page.evaluate("Date.now() / 1000")
        lifetimes.append({name: round((visitor.jar()[name]["expires"] - now) / 86400) for name in sorted(OURS)})
    assert lifetimes[0] == lifetimes[1] == dict.fromkeys(sorted(OURS), 180)


def test_a_browser_without_cookies_counts_as_declining_and_is_told_once(
    visit_without_cookies: Callable[..., Visitor], other_site: OtherSite, width: int
) -> None:
    visitor = visit_without_cookies(width=width)
    visitor.go("/")
    assert visitor.page.locator(".privacy-told").inner_text().startswith("Your browser keeps no cookies")
    for _ in range(10):
        visitor.page.reload()
        assert not visitor.bar.is_visible()
        assert visitor.page.locator(".privacy-told").count() == 0
    visitor.page.get_by_role("link", name="Article").click()
    assert visitor.page.locator(".privacy-told").count() == 0
    assert visitor.page.get_by_role("button", name="Load once").is_visible()
    assert visitor.ran() == other_site.asked == []


def test_without_cookies_an_acceptance_says_that_it_cannot_be_kept(
    visit_without_cookies: Callable[..., Visitor],
) -> None:
    visitor = visit_without_cookies()
    visitor.go("/")
    visitor.page.locator(".privacy-control").get_by_role("link").click()
    visitor.press("Accept all", within="dialog")
    assert visitor.page.locator("dialog .privacy-message").inner_text().startswith("Your browser keeps no cookies")
    assert visitor.granted() == []


def test_without_script_and_cookies_the_bar_says_that_nothing_runs(
    visit_without_cookies: Callable[..., Visitor],
) -> None:
    visitor = visit_without_cookies(script=False)
    visitor.go("/")
    assert "Declining then needs no cookie" in visitor.bar.inner_text()
    visitor.decline()
    assert visitor.page.locator("h1").is_visible()
