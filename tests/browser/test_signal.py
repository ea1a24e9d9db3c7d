"""Global Privacy Control: a browser that sends it has declined what it covers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from onvif_privacy.cookies.services import publishing, running
from onvif_privacy.core.registry import DeviceItem, Purpose, temporarily
from tests.browser.host.items import COUNTER, THEME
from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor


def test_covered_purposes_are_refused_and_not_asked(
    visit: Callable[..., Visitor], other_site: OtherSite, width: int
) -> None:
    visitor = visit(width=width, gpc="1")
    visitor.go("/")
    assert visitor.states()["marketing"] == "refused"
    assert visitor.page.evaluate("[privacyCookies.gpc, privacyCookies.why('marketing')]") == [True, "gpc"]
    assert "Marketing" not in visitor.bar.inner_text()
    said = visitor.bar.locator(".privacy-gpc").inner_text()
    assert said == "Your browser's privacy signal is honoured"
    assert "privacy_choice" not in visitor.jar()
    visitor.accept()
    assert visitor.states() == {
        "marketing": "refused",
        "popularity": "granted",
        "preferences": "granted",
        "statistics": "granted",
    }
    assert other_site.asked == []


@pytest.mark.parametrize("value", ["0", "true", "01", "1.0", "yes"])
def test_only_an_exact_1_is_the_signal(visit: Callable[..., Visitor], value: str) -> None:
    visitor = visit(gpc=value)
    visitor.expect("ERR_INVALID_ARGUMENT")  # Chromium refuses what is not a number in a header of its own
    visitor.go("/")
    assert visitor.states()["marketing"] == "undecided"
    assert "Marketing" in visitor.bar.inner_text()


def test_header_and_property_lead_to_the_same_answer_without_script(visit: Callable[..., Visitor]) -> None:
    visitor = visit(gpc="1", script=False)
    visitor.go("/")
    assert "Marketing" not in visitor.bar.inner_text()
    assert visitor.bar.locator(".privacy-gpc").is_visible()


def test_no_bar_where_the_signal_answers_everything(visit: Callable[..., Visitor]) -> None:
    others = tuple((DeviceItem, f"cookie:{item.name}") for item in (THEME, COUNTER))
    with temporarily(without=(*others, (Purpose, "popularity"))):
        publishing.publish()
        running.load()
        visitor = visit(gpc="1")
        visitor.go("/")
        assert not visitor.bar.is_visible()
        assert visitor.jar() == {}


def test_a_later_explicit_grant_wins_and_is_shown(visit: Callable[..., Visitor], other_site: OtherSite) -> None:
    visitor = visit(gpc="1")
    visitor.go("/")
    visitor.press("Choose")
    note = visitor.page.locator("dialog .privacy-purpose .privacy-gpc")
    assert "privacy signal declines this" in note.inner_text()
    visitor.page.locator("dialog").get_by_role("switch", name="Allow Marketing").check()
    visitor.press("Save my choice", within="dialog")
    assert visitor.granted() == ["marketing"]
    assert "/advert.js" in other_site.asked
    visitor.go("/privacy/cookies/")
    assert "although your browser sends a privacy signal" in visitor.page.locator("main").inner_text()


def test_a_grant_from_before_the_signal_yields_to_it(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    visitor.context.set_extra_http_headers({"Sec-GPC": "1"})
    visitor.context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    visitor.go("/")
    assert "marketing" not in visitor.granted()
    assert visitor.states()["marketing"] == "refused"
    assert not visitor.bar.is_visible()


def test_the_site_says_that_it_honours_the_signal(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    answer = visitor.context.request.get(f"{visitor.site}/.well-known/gpc.json")
    assert answer.json()["gpc"] is True
    assert len(answer.json()["lastUpdate"]) == len("2026-11-24")
