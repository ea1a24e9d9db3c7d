"""Everybody can answer: with a keyboard, a screen reader, large text, few colours, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visitor import Visitor

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOCUS = """() => {
    const node = document.activeElement;
    return node.closest('dialog') ? 'dialog' : node.closest('.privacy-bar') ? 'bar' : node.localName;
}"""
# true while the focused element of the page lies under the bar
UNDER_BAR = """() => {
    const node = document.activeElement, bar = document.querySelector('.privacy-bar');
    if (bar.contains(node) || node === document.body || node.closest('.privacy-control')) return false;
    const [box, over] = [node, bar].map((one) => one.getBoundingClientRect());
    return box.height > 0 && box.bottom > over.top && box.left < over.right && box.right > over.left;
}"""
BUTTONS_COME_LAST = """() => {
    const left = (part) => document.querySelector('.privacy-bar ' + part).getBoundingClientRect().left;
    return left('.privacy-asks') < left('.privacy-buttons');
}"""


def violations(visitor: Visitor) -> list[Any]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visitor.page, options={"runOnly": {"type": "tag", "values": LEVELS}}).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_breaks_wcag_2_2_aa(visit: Callable[..., Visitor], width: int, colours: str) -> None:
    visitor = visit(width=width, color_scheme=colours)
    visitor.go("/")
    assert violations(visitor) == []
    visitor.press("Choose")
    visitor.page.locator("dialog[open]").wait_for()
    assert violations(visitor) == []
    for summary in visitor.page.locator("dialog summary").all():
        summary.click()
    assert violations(visitor) == []
    visitor.press("Decline all", within="dialog")
    for path in ("/", "/privacy/cookies/", "/privacy/cookies/declaration/"):
        visitor.go(path)
        assert violations(visitor) == []


def test_the_keyboard_reaches_the_bar_first_and_stays_in_the_dialog(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    keyboard = visitor.page.keyboard
    keyboard.press("Tab")
    assert visitor.page.evaluate(FOCUS) == "bar"
    for _ in range(3):
        keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.value") == "choose"
    keyboard.press("Enter")
    visitor.page.locator("dialog[open]").wait_for()
    assert visitor.page.evaluate("document.activeElement.id") == "privacy-dialog-title"
    places = set()
    for _ in range(30):
        keyboard.press("Tab")
        places.add(visitor.page.evaluate(FOCUS))
    assert places <= {"dialog", "body"}  # body: the browser's own controls have it
    keyboard.press("Escape")
    assert visitor.page.evaluate("document.activeElement.value") == "choose"
    assert set(visitor.states().values()) == {"undecided"}


def test_saving_by_keyboard_is_announced_and_focus_is_not_lost(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    status = visitor.page.locator("#privacy-status")
    visitor.page.wait_for_function("document.querySelector('#privacy-status').textContent")
    assert status.inner_text() == "Harbour Standards asks: may we use cookies?"
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_load_state("networkidle")
    assert status.inner_text() == "Your cookie choice is saved."
    assert visitor.page.evaluate("document.activeElement.textContent") == "Cookie settings"


def test_what_has_the_focus_is_never_under_the_bar(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit(width=width)
    visitor.go("/order/")
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        assert not visitor.page.evaluate(UNDER_BAR)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_cut_off_at_320_pixels(visit: Callable[..., Visitor], direction: str) -> None:
    visitor = visit(width=320)
    wide = "document.documentElement.scrollWidth - innerWidth"
    for path in ("/", "/article/", "/privacy/cookies/", "/privacy/cookies/declaration/"):
        visitor.go(path)
        visitor.page.evaluate(f"document.documentElement.dir = '{direction}'")
        assert visitor.page.evaluate(wide) <= 0
    visitor.go("/")
    visitor.page.evaluate(f"document.documentElement.dir = '{direction}'")
    visitor.press("Choose")
    body = visitor.page.locator(".privacy-dialog-body")
    assert body.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    in_view = "node => node.getBoundingClientRect().bottom <= innerHeight"
    assert visitor.page.locator("dialog .privacy-buttons").evaluate(in_view)


def test_right_to_left_mirrors_the_bar(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    assert visitor.page.evaluate(BUTTONS_COME_LAST)
    visitor.page.evaluate("document.documentElement.dir = 'rtl'")
    assert not visitor.page.evaluate(BUTTONS_COME_LAST)


def test_forced_colours_keep_borders_and_the_state_of_switches(visit: Callable[..., Visitor]) -> None:
    visitor = visit(forced_colors="active")
    visitor.go("/")
    border = "node => getComputedStyle(node).borderTopWidth"
    for name in ("Decline", "Accept"):
        assert visitor.bar.get_by_role("button", name=name, exact=True).evaluate(border) == "1px"
    visitor.press("Choose")
    switch = visitor.page.locator("dialog").get_by_role("switch").first
    colour = "node => getComputedStyle(node).backgroundColor"
    off = switch.evaluate(colour)
    switch.check()
    assert switch.evaluate(colour) != off


def test_every_target_is_large_enough(visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=320)
    visitor.go("/")
    visitor.press("Choose")
    for target in visitor.page.locator("dialog :is(button, [role=switch], summary)").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_the_dialog_opens_on_demand_whoever_drives_the_browser(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    assert visitor.page.evaluate("navigator.webdriver")
    assert visitor.bar.is_visible()
    visitor.decline()
    visitor.page.evaluate("privacyCookies.open()")
    visitor.page.locator("dialog[open]").wait_for()
