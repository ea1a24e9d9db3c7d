"""Mails from us, in a browser: joining, leaving and answering without JavaScript, by keyboard, and by WCAG 2.2 AA."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.outreach.models import Campaign, OptIn, Suppression, Tally
from onvif_privacy.outreach.services import optin
from onvif_privacy.outreach.services.campaigns import acting, queueing
from onvif_privacy.outreach.services.surveys import tokens
from onvif_privacy.outreach.services.unsubscribing import Linker
from tests.browser.test_accessible import violations
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.outreach.factories import approver, partner, subscribers, survey, writer

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")
JOIN = "/privacy/mail/join/"
CAMPAIGNS = "/admin/onvif_privacy_outreach/campaign/"


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


def staff_looked_at(visitor: Visitor, name: str) -> None:
    """The same for screens of staff; links in Django's own line of breadcrumbs are told apart by their place only."""
    if visitor.script:  # axe waits for a timer, which there is none of without scripts
        assert [one for one in violations(visitor) if one[0] != "link-in-text-block"] == [], name
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


def sign_in(visitor: Visitor, user: Any) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    visitor.context.clear_cookies()
    visitor.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}])


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state("load")


@STAFF_WIDTHS
@pytest.mark.parametrize("script", [False, True])
def test_staff_write_approve_and_watch_a_campaign(mails: Callable[..., Visitor], width: int, script: bool) -> None:
    subscribers(3, purpose="partner_offers")
    author, other, bank = writer(), approver(), partner()
    visitor = mails(width=width, script=script)
    page = visitor.page
    page.set_default_timeout(20_000)  # the first page of the admin compiles its templates
    # Django's own script of change lists, under the strict policy of these tests
    visitor.expect("TrustedHTML", "is not defined", "$ is not a function", "reading 'fn'")
    if script:  # axe fetches the style sheets of Django's admin once more, and an import in them by a wrong address
        visitor.expect("Applying inline style", "status of 404")
    sign_in(visitor, author)
    visitor.go(f"{CAMPAIGNS}add/")
    page.get_by_label("Title").fill("May")
    page.get_by_label("Kind").select_option("partner_offer")
    page.get_by_label("Affiliate or partner").select_option(str(bank.pk))
    page.get_by_label("Subject line").first.fill("Offer for {name}")
    page.get_by_label("Text", exact=False).first.fill("Dear {name},\n\n[look](https://bank.example/) at this.")
    staff_looked_at(visitor, f"campaign-write-{width}")
    press(visitor, "Keep as a draft")
    staff_looked_at(visitor, f"campaign-draft-{width}")
    frame = page.frame_locator("iframe").first
    frame.get_by_text("Dear Sam Sample,").wait_for()
    made = Campaign.objects.get()
    press(visitor, "Submit")
    page.get_by_text("another person has to approve it").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0
    sign_in(visitor, other)
    visitor.go(f"{CAMPAIGNS}{made.pk}/change/")
    staff_looked_at(visitor, f"campaign-approve-{width}")
    press(visitor, "Approve")
    made.refresh_from_db()
    assert (made.state, made.approved_digest) == ("approved", made.text_digest)
    acting.begin(made)
    queueing.queue(made, time.monotonic() + 9)
    sign_in(visitor, author)
    visitor.go(f"{CAMPAIGNS}{made.pk}/change/")
    page.get_by_text("0 of 3 (0 %)").wait_for()
    staff_looked_at(visitor, f"campaign-progress-{width}")
    press(visitor, "Pause")
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("button", name="Go on").wait_for()
    visitor.go(CAMPAIGNS)
    page.get_by_role("link", name=made.ref).wait_for()


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
