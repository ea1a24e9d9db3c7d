"""One visitor with a browser profile of their own."""

from __future__ import annotations

from typing import Any

import pytest

# Screens of staff, on the width that more goes wrong on; a desk in the full set.
STAFF_WIDTHS = pytest.mark.parametrize("width", [360, pytest.param(1440, marks=pytest.mark.full)])


class Visitor:
    """A page and what a test asks of it. ``page`` is Playwright's page, ``requests`` every address asked for."""

    def __init__(self, context: Any, site: str, *, script: bool = True) -> None:
        self.context = context
        self.script = script
        self.site = site
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.set_default_timeout(5000)
        self.requests: list[str] = []
        self.said: list[str] = []
        self.expected: tuple[str, ...] = ()
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))

    def expect(self, *words: str) -> None:
        """Name what the console may say in this test."""
        self.expected += words

    def check(self) -> None:
        """Fail if a page broke the content policy or threw an error nobody expected."""
        errors = [line for line in self.said if line.startswith("error")]
        unexpected = [line for line in errors if not any(word in line for word in self.expected)]
        assert not unexpected, unexpected

    def go(self, path: str = "/") -> Any:
        """Open a page of the site and return its answer."""
        return self.page.goto(self.site + path)

    @property
    def bar(self) -> Any:
        """The bar."""
        return self.page.locator(".privacy-bar")

    def press(self, name: str, within: str = ".privacy-bar") -> None:
        """Press a button by its name and wait until what it asked for has come."""
        button = self.page.locator(within).get_by_role("button", name=name, exact=True).first
        if name == "Choose" and self.script:
            button.click()
            self.page.locator("dialog[open]").wait_for()
            return
        with self.page.expect_request("**/privacy/cookies/**"):
            button.click()
        self.page.wait_for_timeout(1_000)
        self.page.wait_for_load_state("load")

    def decline(self) -> None:
        """Decline in the bar."""
        self.press("Decline")

    def accept(self) -> None:
        """Accept in the bar."""
        self.press("Accept")

    def jar(self) -> dict[str, Any]:
        """Return this site's cookies by name."""
        return {cookie["name"]: cookie for cookie in self.context.cookies(self.site)}

    def states(self) -> dict[str, str]:
        """Return what the server makes of this browser, by purpose."""
        states: dict[str, str] = self.context.request.get(f"{self.site}/privacy/cookies/state/").json()["state"]
        return states

    def granted(self) -> list[str]:
        """Return what the script makes of this browser: the granted purposes."""
        return (self.page.locator("html").get_attribute("data-privacy-granted") or "").split()

    def ran(self) -> list[str]:
        """Return the scripts that have run on this page, in order."""
        return (self.page.locator("html").get_attribute("data-ran") or "").split()

    def asked_rooms(self) -> list[str]:
        """Return the requests to this package so far."""
        return [url for url in self.requests if "/privacy/" in url or "/static/onvif_privacy/" in url]
