"""A post that fails says so, unlocks nothing, and leaves the form as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from onvif_privacy.cookies.services import publishing, running
from onvif_privacy.core.registry import temporarily
from tests.browser.host.items import COUNTER
from tests.browser.visitor import Visitor

CHOICE = "**/privacy/cookies/choice/"


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "origin", "This came from another site."),
        (409, "outdated", "What we ask has changed."),
        (429, "limit", "Too many choices."),
        (503, "unavailable", "The decision could not be recorded."),
        (500, "", "This could not be saved. Nothing has changed; please try again."),
        (0, "", "This could not be saved. Nothing has changed; please try again."),
    ],
)
def test_a_failed_post_says_so_and_the_form_stays_usable(
    visit: Callable[..., Visitor], status: int, code: str, message: str
) -> None:
    visitor = visit()
    visitor.expect("Failed to load resource")
    visitor.go("/")

    def fail(route: Any) -> None:
        body = json.dumps({"error": code, "message": message}) if code else "broken"
        if status:
            route.fulfill(status=status, body=body, content_type="application/json")
        else:
            route.abort()

    visitor.page.route(CHOICE, fail)
    visitor.accept()
    said = visitor.bar.locator(".privacy-message")
    assert said.inner_text().startswith(message)
    assert said.get_by_role("link").count() == (code == "outdated")
    assert visitor.granted() == visitor.ran() == []
    visitor.page.unroute(CHOICE)
    visitor.accept()
    visitor.bar.wait_for(state="hidden")
    assert "statistics" in visitor.granted()


def test_an_outdated_page_leads_to_what_is_asked_now(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.expect("409")
    visitor.go("/")
    with temporarily(replace(COUNTER, duration=timedelta(days=395))):
        publishing.publish()
        running.load()
        visitor.accept()
        assert visitor.granted() == []
        visitor.bar.locator(".privacy-message").get_by_role("link").click()
        visitor.page.wait_for_url("**/privacy/cookies/")
        visitor.press("Accept all", within=".privacy-preferences")
        assert set(visitor.states().values()) == {"granted"}


def test_forms_work_when_the_panel_does_not_load(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.expect("Failed to load resource", "Failed to fetch dynamically imported module")
    visitor.page.route("**/panel.js", lambda route: route.abort())
    visitor.go("/article/")
    visitor.decline()
    assert set(visitor.states().values()) == {"refused"}
    assert not visitor.bar.is_visible()
