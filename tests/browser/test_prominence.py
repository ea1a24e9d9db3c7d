"""Decline is as easy to see, to read and to hit as Accept, measured in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.visitor import Visitor

MEASURE = """(node) => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const linear = (part) => (part <= 10.3 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [one, other] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
    return {
        look: [style.font, style.color, style.backgroundColor, style.border, style.borderRadius].join(),
        width: box.width, height: box.height,
        inView: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
        contrast: (one + 0.05) / (other + 0.05),
        target: Math.min(box.width, box.height),
    };
}"""


def measured(visitor: Visitor, *names: str, within: str = ".privacy-bar") -> list[dict[str, Any]]:
    buttons = visitor.page.locator(within)
    return [buttons.get_by_role("button", name=name, exact=True).evaluate(MEASURE) for name in names]


def same_prominence(decline: dict[str, Any], accept: dict[str, Any]) -> bool:
    """Say whether the first of two measured buttons stands back behind the second in nothing."""
    return bool(
        decline["look"] == accept["look"]
        and abs(decline["height"] - accept["height"]) <= 1
        and decline["width"] >= 0.95 * accept["width"]
        and decline["inView"]
        and accept["inView"]
        and min(decline["contrast"], accept["contrast"]) >= 4.5
        and min(decline["target"], accept["target"]) >= 24
    )


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("locale", "names"), [("en", ("Decline", "Accept")), ("de", ("Ablehnen", "Annehmen"))])
def test_decline_and_accept_weigh_the_same_in_the_bar(
    visit: Callable[..., Visitor], width: int, colours: str, locale: str, names: tuple[str, str]
) -> None:
    visitor = visit(width=width, color_scheme=colours, locale=locale)
    visitor.go("/")
    assert same_prominence(*measured(visitor, *names))


def test_decline_and_accept_weigh_the_same_in_dialog_and_on_the_settings_page(
    visit: Callable[..., Visitor], width: int
) -> None:
    visitor = visit(width=width)
    visitor.go("/")
    visitor.press("Choose")
    assert same_prominence(*measured(visitor, "Decline all", "Accept all", within="dialog"))
    visitor.go("/privacy/cookies/")
    decline, accept = measured(visitor, "Decline all", "Accept all", within=".privacy-preferences")
    assert decline | {"inView": True} == accept | {"inView": True, "width": decline["width"]}


def test_a_smaller_decline_would_be_noticed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    decline = visitor.bar.get_by_role("button", name="Decline", exact=True)
    decline.evaluate("node => node.classList.add('privacy-button--quiet')")
    assert not same_prominence(*measured(visitor, "Decline", "Accept"))
