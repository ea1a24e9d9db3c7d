"""Google's signals in a browser: denied before any tag, and after that what was chosen."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from onvif_privacy.cookies.services import publishing, running
from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor

OWNERS = {
    "analytics_storage": "statistics",
    "ad_storage": "marketing",
    "ad_user_data": "marketing",
    "ad_personalization": "marketing",
    "functionality_storage": "preferences",
    "personalization_storage": "preferences",
}
TOLD = "() => (window.dataLayer || []).map((one) => Array.from(one))"
PURPOSES = ("preferences", "statistics", "marketing")


@pytest.fixture(autouse=True)
def _switched_on(site: Any) -> Iterator[None]:
    with override_settings(ONVIF_PRIVACY_COOKIES_CONSENT_MODE=True):
        publishing.publish()
        running.load()
        yield


def told(visitor: Visitor) -> list[Any]:
    found: list[Any] = visitor.page.evaluate(TOLD)
    assert all(command == "consent" for command, *_rest in found)
    return found


def state(visitor: Visitor) -> dict[str, str]:
    """Return what a tag makes of the queue."""
    merged: dict[str, str] = {}
    for _command, _kind, values in told(visitor):
        merged |= values
    return merged


def wanted(granted: tuple[str, ...]) -> dict[str, str]:
    """Return the seven signals as they must be."""
    six = {signal: "granted" if slug in granted else "denied" for signal, slug in OWNERS.items()}
    return {**six, "security_storage": "granted"}


def choose(visitor: Visitor, granted: tuple[str, ...]) -> None:
    visitor.press("Choose")
    for name in granted:
        visitor.page.locator("dialog").get_by_role("switch", name=f"Allow {name.title()}").check()
    visitor.press("Save my choice", within="dialog")


EIGHT = [tuple(chosen) for number in range(4) for chosen in itertools.combinations(PURPOSES, number)]


@pytest.mark.parametrize("granted", EIGHT, ids=lambda chosen: "+".join(chosen) or "none")
def test_seven_signals_follow_each_of_eight_choices(
    visit: Callable[..., Visitor], other_site: OtherSite, granted: tuple[str, ...]
) -> None:
    visitor = visit()
    visitor.go("/")
    assert told(visitor) == [["consent", "default", wanted(())]]
    assert other_site.asked == []  # it stands for the maker of the tags
    choose(visitor, granted)
    assert state(visitor) == wanted(granted)
    assert ("/advert.js" in other_site.asked) is ("marketing" in granted)
    visitor.page.reload()
    assert told(visitor)[0] == ["consent", "default", wanted(())]
    assert state(visitor) == wanted(granted)


def test_the_choice_is_told_before_a_tag_runs(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    listen = """document.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
        const tag = document.querySelector('script[src*=advert]:not([data-privacy])');
        if (tag) window.seen ??= JSON.stringify(window.dataLayer.at(-1)[2]);
    }).observe(document, { childList: true, subtree: true }))"""
    visitor.context.add_init_script(listen)
    for _again in range(2):
        visitor.go("/")
        if visitor.bar.is_visible():
            visitor.accept()
        visitor.page.wait_for_function("window.seen")
        assert '"ad_storage":"granted"' in visitor.page.evaluate("window.seen")


def test_withdrawing_denies_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    assert state(visitor) == wanted(PURPOSES)
    with visitor.page.expect_navigation():
        visitor.page.locator(".privacy-control").get_by_role("button").click()
    visitor.page.wait_for_load_state("load")
    assert state(visitor) == wanted(())


def test_a_privacy_signal_is_told_as_denied(visit: Callable[..., Visitor]) -> None:
    visitor = visit(gpc="1")
    visitor.go("/")
    visitor.accept()
    assert state(visitor) == wanted(("preferences", "statistics"))
