"""Choosing purpose by purpose, taking back, and being asked again when something has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from onvif_privacy.cookies.services import publishing, running
from onvif_privacy.core.registry import temporarily
from tests.browser.host.items import COUNTER
from tests.browser.host.other_site import OtherSite
from tests.browser.host.urls import PAGES
from tests.browser.visitor import Visitor

OURS = {"privacy_choice", "privacy_state"}


def choose(visitor: Visitor, *labels: str) -> None:
    visitor.press("Choose")
    for label in labels:
        visitor.page.locator("dialog").get_by_role("switch", name=f"Allow {label}").check()
    visitor.press("Save my choice", within="dialog")


def test_one_purpose_granted_leaves_the_others_refused(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width)
    visitor.go("/")
    choose(visitor, "Statistics")
    assert visitor.states() == {
        "marketing": "refused",
        "popularity": "refused",
        "preferences": "refused",
        "statistics": "granted",
    }
    assert visitor.granted() == ["statistics"]
    assert visitor.ran() == ["counter"]
    assert visitor.page.locator("iframe").count() == 0


def test_a_script_grants_one_purpose_and_leaves_the_rest_undecided(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    assert visitor.page.evaluate("privacyCookies.accept(['statistics'])") is True
    assert visitor.states()["statistics"] == "granted"
    assert visitor.states()["marketing"] == "undecided"
    assert visitor.bar.is_visible()
    assert "Statistics" not in visitor.bar.inner_text()


def test_escape_leaves_the_choice_as_it_was(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.press("Choose")
    visitor.page.locator("dialog").get_by_role("switch", name="Allow Statistics").check()
    visitor.page.keyboard.press("Escape")
    assert visitor.states()["statistics"] == "undecided"
    visitor.press("Choose")
    assert not visitor.page.locator("dialog").get_by_role("switch", name="Allow Statistics").is_checked()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_withdrawing_takes_one_activation_on_every_page_and_leaves_nothing(
    visit: Callable[..., Visitor], other_site: OtherSite, script: bool
) -> None:
    for path in PAGES:
        visitor = visit(script=script)
        visitor.go("/")
        visitor.accept()
        visitor.go("/article/")
        visitor.go(path)
        assert visitor.page.get_by_role("link", name="Cookie settings").first.is_visible()
        if script:
            assert "_pk_id.1.ab12" in visitor.jar()
        visitor.press("Withdraw", within=".privacy-control")
        visitor.page.wait_for_timeout(300)
        assert set(visitor.states().values()) == {"refused"}
        other_site.asked.clear()
        visitor.go("/")
        assert not {"theme", "_pk_id.1.ab12"} & set(visitor.jar())
        assert other_site.asked == visitor.ran() == []
        assert not visitor.page.get_by_role("button", name="Withdraw").first.is_visible()


def test_nothing_lives_longer_than_declared(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    visitor.go("/article/")
    declared = {"theme": 90, "_pk_id.1.ab12": 390, "privacy_choice": 180, "privacy_state": 180}
    now = visitor.page.evaluate("Date.now() / 1000")
    lives = {name: (cookie["expires"] - now) / 86400 for name, cookie in visitor.jar().items() if cookie["expires"] > 0}
    assert set(lives) == set(declared)
    assert all(days <= min(declared[name], 396) + 0.01 for name, days in lives.items())


def test_a_changed_purpose_alone_is_asked_again(visit: Callable[..., Visitor], width: int) -> None:
    accepter, decliner = visit(width=width), visit(width=width)
    for visitor, answer in ((accepter, "Accept"), (decliner, "Decline")):
        visitor.go("/")
        visitor.press(answer)
    with temporarily(replace(COUNTER, duration=timedelta(days=395))):
        publishing.publish()
        running.load()
        accepter.go("/")
        assert accepter.bar.is_visible()
        assert "Statistics" in accepter.bar.inner_text()
        assert "Preferences" not in accepter.bar.inner_text()
        assert accepter.ran() == ["advert"]
        accepter.press("Choose")
        switches = accepter.page.locator("dialog").get_by_role("switch")
        on = {switch.get_attribute("value") for switch in switches.all() if switch.is_checked()}
        assert on == {"marketing", "popularity", "preferences"}
        accepter.page.keyboard.press("Escape")
        accepter.accept()
        assert set(accepter.states().values()) == {"granted"}
        decliner.go("/")
        assert not decliner.bar.is_visible()


def test_declining_what_changed_leaves_the_rest_granted(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    with temporarily(replace(COUNTER, duration=timedelta(days=395))):
        publishing.publish()
        running.load()
        visitor.go("/")
        visitor.decline()
        assert visitor.granted() == ["marketing", "popularity", "preferences"]
        assert visitor.states()["statistics"] == "refused"


def test_a_cosmetic_change_asks_nobody_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    with temporarily(replace(COUNTER, duration=timedelta(days=30))):
        publishing.publish()
        running.load()
        visitor.go("/")
        assert not visitor.bar.is_visible()


def test_two_tabs_agree(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    second = visitor.context.new_page()
    second.goto(f"{visitor.site}/article/")
    visitor.accept()
    second.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
    assert not second.locator(".privacy-bar").is_visible()
    assert second.locator("html").get_attribute("data-ran").split() == ["counter"]


def test_scripts_are_told_what_changed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.context.add_init_script(
        "window.heard = []; for (const name of ['ready', 'change', 'open', 'close', 'error']) "
        "document.addEventListener('privacy:' + name, (event) => heard.push([name, event.detail]));"
    )
    visitor.go("/")
    visitor.page.evaluate("privacyCookies.open()")
    visitor.page.locator("dialog[open]").wait_for()
    visitor.page.evaluate("privacyCookies.close()")
    assert visitor.page.evaluate("privacyCookies.why('statistics')") == "none"
    visitor.accept()
    heard = visitor.page.evaluate("heard")
    assert [name for name, _detail in heard] == ["ready", "open", "close", "change"]
    assert heard[-1][1]["before"]["statistics"] == "undecided"
    assert heard[-1][1]["after"]["statistics"] == "granted"
    assert visitor.page.evaluate("privacyCookies.why('statistics')") == "choice"
