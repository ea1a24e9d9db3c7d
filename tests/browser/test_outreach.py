"""Mails from us, in a browser: joining, leaving and answering without JavaScript, by keyboard, and by WCAG 2.2 AA."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import override_settings

from onvif_privacy.outreach.models import OptIn, Suppression, Tally
from onvif_privacy.outreach.services import optin
from onvif_privacy.outreach.services.surveys import tokens
from onvif_privacy.outreach.services.unsubscribing import Linker
from tests.browser.test_accessible import violations
from tests.browser.visitor import Visitor
from tests.outreach.factories import survey

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")
JOIN = "/privacy/mail/join/"


@pytest.fixture
def mails(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a visitor to a site that writes mails."""
    with override_settings(
        ONVIF_PRIVACY_BASE_URL="https://news.example.com", ROOT_URLCONF="tests.browser.host.staff_urls"
    ):
        yield visit


def looked_at(visitor: Visitor, name: str) -> None:
    """Find nothing that WCAG names, nothing that is too wide, and keep a picture where somebody wants to look."""
    assert violations(visitor) == [], name
    assert visitor.page.evaluate(TOO_WIDE) <= 0, name
    if SHOTS:
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [360, 1440])
def test_joining_answering_and_leaving_without_javascript(mails: Callable[..., Visitor], width: int) -> None:
    visitor = mails(width=width, script=False)
    page = visitor.page
    visitor.go(JOIN)
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Your e-mail address").fill("ada@example.org")
    page.get_by_role("main").get_by_role("button").click()
    page.get_by_text("Please look into your mail").wait_for()
    visitor.go(f"/privacy/mail/confirm/{optin.token(OptIn.objects.get())}/")
    page.get_by_role("main").get_by_role("button").click()
    page.get_by_text("You will get").wait_for()
    asked = survey()
    visitor.go(f"/privacy/survey/{tokens.mint(asked)}/")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_text("Your answers were counted").wait_for()
    assert Tally.objects.get(question__position=1, choice=1, cross=0).n == 1
    visitor.go(urlsplit(Linker.load().link("product_news", "001.0")).path)
    page.get_by_role("button", name="End these mails").click()
    page.get_by_text("You will not get this any more").wait_for()
    assert Suppression.objects.get().scope == "product_news"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_breaks_wcag_2_2_aa(mails: Callable[..., Visitor], width: int, colours: str) -> None:
    visitor = mails(width=width, color_scheme=colours)
    optin.request(address="ada@example.org", purpose="product_news")
    pages = {
        "join": JOIN,
        "confirm": f"/privacy/mail/confirm/{optin.token(OptIn.objects.get())}/",
        "survey": f"/privacy/survey/{tokens.mint(survey())}/",
        "leave": urlsplit(Linker.load().link("product_news", "001.0")).path,
    }
    for name, path in pages.items():
        visitor.go(path)
        looked_at(visitor, f"outreach-{name}-{width}-{colours}")


def test_a_survey_is_answered_by_keyboard(mails: Callable[..., Visitor]) -> None:
    visitor = mails()
    visitor.go(JOIN)
    visitor.decline()
    visitor.go(f"/privacy/survey/{tokens.mint(survey())}/")
    page = visitor.page
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q2":
            page.keyboard.press("Space")
            break
    for _press in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Send my answers":
            page.keyboard.press("Enter")
            break
    page.get_by_text("Your answers were counted").wait_for()
    assert Tally.objects.get(question__position=2, choice=1, cross=0).n == 1
