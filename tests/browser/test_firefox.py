"""The choice in Firefox: with and without scripts, with cookies blocked, and under its own privacy signal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import requirements

if reason := requirements.firefox():
    pytest.skip(f"firefox: {reason}", allow_module_level=True)

from marionette_driver import Wait
from marionette_driver.by import By
from marionette_driver.errors import StaleElementException
from marionette_driver.marionette import Marionette

OPTIONAL = ("marketing", "popularity", "preferences", "statistics")
SCRIPTS, COOKIES, SIGNAL = (
    "javascript.enabled",
    "network.cookie.cookieBehavior",
    "privacy.globalprivacycontrol.enabled",
)
BLOCK_ALL = 2


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marionette]:
    """Start the installed Firefox, without a window."""
    log = tmp_path_factory.mktemp("firefox") / "log"
    driver = Marionette(bin=requirements.program("firefox-esr"), headless=True, gecko_log=str(log))
    driver.start_session()
    driver.timeout.implicit = 5
    driver.set_pref("devtools.jsonview.enabled", False)  # JSON as it was sent
    yield driver
    driver.cleanup()
    driver.instance.runner.profile.cleanup()  # which it would try again when Python has ended


class Person:
    """Somebody at Firefox, whose cookies are this site's alone."""

    def __init__(self, driver: Marionette, site: str) -> None:
        self.driver, self.site = driver, site

    def go(self, path: str = "/") -> None:
        """Open a page of the site."""
        self.driver.navigate(self.site + path)

    def press(self, name: str, within: str = ".privacy-bar") -> None:
        """Press a button by its name, and wait until the bar or dialog it stands in is gone."""
        self._named("button", name, within).click()
        if name != "Choose":
            Wait(self.driver, timeout=10).until(lambda _driver: not self.sees(within))

    def allow(self, purpose: str) -> None:
        """Switch one purpose on."""
        self.driver.find_element(By.CSS_SELECTOR, f'dialog[open] [role="switch"][value="{purpose}"]').click()

    def _named(self, tag: str, name: str, within: str) -> Any:
        found = self.driver.find_elements(By.CSS_SELECTOR, f"{within} {tag}")
        return next(one for one in found if one.text == name)

    def sees(self, selector: str) -> bool:
        """Whether something of the page is visible."""
        self.driver.timeout.implicit = 0
        try:
            return any(one.is_displayed() for one in self.driver.find_elements(By.CSS_SELECTOR, selector))
        except StaleElementException:  # another page has come meanwhile
            return self.sees(selector)
        finally:
            self.driver.timeout.implicit = 5

    def cookies(self) -> set[str]:
        """Return the names of this site's cookies."""
        return {one["name"] for one in self.driver.get_cookies()}

    def states(self) -> dict[str, str]:
        """Return what the server makes of this browser, by purpose; leaves the page."""
        self.driver.navigate(f"{self.site}/privacy/cookies/state/")
        found: dict[str, str] = json.loads(self.driver.find_element(By.TAG_NAME, "body").text)["state"]
        return found


@pytest.fixture
def person(firefox: Marionette, site: Any) -> Iterator[Callable[..., Person]]:
    """Return a function that brings somebody without cookies, with some of Firefox's own settings changed."""
    changed: dict[str, Any] = {}

    def person(**settings: Any) -> Person:
        for name, value in settings.items():
            firefox.set_pref(name, value)
            changed[name] = value
        firefox.navigate(f"{site.url}/plain/")
        firefox.delete_all_cookies()
        return Person(firefox, site.url)

    yield person
    firefox.navigate("about:blank")
    for name in changed:
        firefox.clear_pref(name)


def all_are(state: str) -> dict[str, str]:
    return dict.fromkeys(OPTIONAL, state)


@pytest.mark.parametrize("scripts", [True, False])
def test_declining_is_one_activation_and_remembered(person: Callable[..., Person], scripts: bool) -> None:
    visitor = person(**{SCRIPTS: scripts})
    visitor.go()
    assert visitor.sees(".privacy-bar")
    assert not visitor.cookies()
    visitor.press("Decline")
    assert visitor.cookies() == {"privacy_choice", "privacy_state"}
    for _reload in range(3):
        visitor.go("/article/")
        assert not visitor.sees(".privacy-bar")
    assert visitor.states() == all_are("refused")


@pytest.mark.parametrize("scripts", [True, False])
def test_accepting_and_withdrawing_are_one_activation_each(person: Callable[..., Person], scripts: bool) -> None:
    visitor = person(**{SCRIPTS: scripts})
    visitor.go()
    visitor.press("Accept")
    assert visitor.states() == all_are("granted")
    visitor.go()
    visitor.press("Withdraw", within=".privacy-withdraw")
    assert visitor.states() == all_are("refused")
    assert visitor.cookies() <= {"privacy_choice", "privacy_state"}


def test_one_purpose_is_allowed_alone_and_its_script_runs(person: Callable[..., Person]) -> None:
    visitor = person()
    visitor.go()
    visitor.press("Choose")
    visitor.allow("statistics")
    visitor.press("Save my choice", within="dialog[open]")
    page = visitor.driver.find_element(By.TAG_NAME, "html")
    assert page.get_attribute("data-privacy-granted") == "statistics"
    Wait(visitor.driver, timeout=10).until(lambda _driver: page.get_attribute("data-ran"))
    assert page.get_attribute("data-ran").split() == ["counter"]
    assert visitor.states() == all_are("refused") | {"statistics": "granted"}


def test_firefoxs_own_signal_is_honoured_by_header_and_by_script(person: Callable[..., Person]) -> None:
    visitor = person(**{SIGNAL: True})
    visitor.go()
    assert visitor.driver.execute_script(
        "const asked = window.wrappedJSObject.privacyCookies; return [asked.gpc, asked.why('marketing')]"
    ) == [
        True,
        "gpc",
    ]
    assert "Marketing" not in visitor.driver.find_element(By.CSS_SELECTOR, ".privacy-bar").text
    assert visitor.states()["marketing"] == "refused"
    assert not visitor.cookies()


def test_a_browser_that_keeps_nothing_at_all_counts_as_declining(person: Callable[..., Person]) -> None:
    visitor = person(**{COOKIES: BLOCK_ALL})  # Firefox then refuses every other storage too, so nobody is asked
    visitor.go()
    page = visitor.driver.find_element(By.TAG_NAME, "html")
    assert page.get_attribute("data-privacy-granted") == ""
    assert not page.get_attribute("data-ran")
    assert not visitor.sees(".privacy-bar")
    visitor.go("/privacy/cookies/")
    assert visitor.sees(".privacy-preferences")
    assert visitor.states() == all_are("undecided")
