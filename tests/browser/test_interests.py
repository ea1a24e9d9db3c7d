"""V13, V18, V20 in a browser: content comes with interest, from this site alone, and goes when the person says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Example
from tests.browser.test_example_site import Stranger

INTERESTS = "/privacy/visits/interests/"
PREVIEW = "/admin/onvif_privacy_visits/customcontent/catalogue/preview/?area=door"
ADS = "/admin/onvif_privacy_visits/housead/"
AD_PREVIEW = f"{ADS}catalogue/preview/?area=door"
STRANGERS, DOORS, FOR_YOU = "New here?", "Doors, because you read about them", "For you, because you read about doors"
FOR_ALL = "Every profile on paper"
DOOR_BUTTON = "li:has(h2:text-is('Doors')) button[value={}]"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


DJANGO_S_OWN = ("link-in-text-block",)  # breadcrumbs of the admin


def faults(page: Any) -> list[str]:
    """Rules of accessibility that the page breaks, and whether it is wider than its window."""
    found = [one["id"] for one in Axe().run(page).response["violations"] if one["id"] not in DJANGO_S_OWN]
    return found + ["too wide"] * (page.evaluate(TOO_WIDE) > 0)


def read_about_doors(page: Any) -> None:
    """Open each door controller of the catalogue, and wait until the visits were stored."""
    page.goto("/products/?kind=door")
    links = [one.get_attribute("href") for one in page.locator("main a").all()]
    products = [one for one in dict.fromkeys(links) if re.fullmatch(r"/products/[a-z0-9-]+/", one or "")]
    for address in products[:5]:
        page.goto(address)
    page.wait_for_timeout(2_500)


@pytest.mark.parametrize("width", [320, pytest.param(1440, marks=pytest.mark.full)])
def test_content_follows_interest_until_the_person_ends_it(chromium: Any, example: Example, width: int) -> None:
    # axe has to be injected, so this visitor goes without the policy; the next test keeps it
    visitor = Stranger(chromium, example.address, width=width, bypass_csp=True)
    page, asked = visitor.page, list[str]()
    page.goto("/privacy/cookies/")
    page.locator("main input[value=interests]").check()
    page.locator("main").get_by_role("button", name=re.compile("^Save")).click()
    page.goto("/products/")
    assert STRANGERS in page.locator("main").inner_text()
    assert FOR_ALL in page.locator("main .privacy-ad").inner_text()

    read_about_doors(page)
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/products/")
    assert DOORS in page.locator("main").inner_text()
    ad = page.locator("main .privacy-ad")
    assert "Advertisement of Harbour Labs" in ad.inner_text()
    ad.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.privacy-ad img').naturalWidth === 640")
    assert faults(page) == []
    page.goto("/")
    page.get_by_text(FOR_YOU).wait_for()
    assert len([one for one in asked if "/interests/here/" in one]) == 1
    assert [one for one in asked if not one.startswith(example.address)] == []

    page.goto(INTERESTS)
    assert faults(page) == []
    page.locator(DOOR_BUTTON.format("no")).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Kept: this does not interest you").wait_for()
    assert faults(page) == []
    page.goto("/products/")
    assert STRANGERS in page.locator("main").inner_text()
    assert FOR_ALL in page.locator("main .privacy-ad").inner_text()
    page.goto(INTERESTS)
    page.get_by_role("button", name="Switch off, and delete everything").click()
    page.get_by_text("Nothing is remembered of what interests you").wait_for()
    assert faults(page) == []
    visitor.context.close()


def test_without_javascript_strangers_content_stays_and_every_form_works(chromium: Any, example: Example) -> None:
    visitor = Stranger(chromium, example.address, java_script_enabled=False)
    page = visitor.page
    page.goto("/privacy/cookies/")
    page.locator("main input[value=interests]").check()
    page.locator("main").get_by_role("button", name=re.compile("^Save")).click()
    page.goto(INTERESTS)
    page.locator(DOOR_BUTTON.format("yes")).click()
    page.get_by_text("Kept: this interests you").wait_for()
    page.goto("/products/")
    assert DOORS in page.locator("main").inner_text()
    page.goto("/")
    assert not page.get_by_text(FOR_YOU).is_visible()
    page.goto(INTERESTS)
    page.get_by_role("button", name="Delete all scores and answers").click()
    page.goto("/products/")
    assert STRANGERS in page.locator("main").inner_text()
    visitor.context.close()
    assert visitor.complaints == []


def test_previews_and_screens_of_advertising_are_accessible_on_a_telephone(chromium: Any, example: Example) -> None:
    say = "from standards.demo.accounts import first_password\nsay(first_password('administrator'))"
    password = example.site.say(say)
    visitor = Stranger(chromium, example.address, width=360, bypass_csp=True)
    page = visitor.page
    page.goto("/admin/login/")
    page.locator("#id_username").fill("administrator")
    page.locator("#id_password").fill(password)
    page.locator("[type=submit]").click()
    page.goto(PREVIEW)
    assert DOORS in page.locator("#content").inner_text()
    assert faults(page) == []
    page.locator("#id_area").select_option("")
    page.get_by_role("button", name="Show").click()
    assert STRANGERS in page.locator("#content").inner_text()
    for address, words in (
        (AD_PREVIEW, "Advertisement of Harbour Labs"),
        (ADS, "Figures as CSV"),
        (ADS + "add/", "Picture"),
    ):
        page.goto(address)
        assert words in (page.locator("#content").text_content() or "")
        assert faults(page) == []
    visitor.context.close()
