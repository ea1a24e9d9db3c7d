"""One person on the example site, from signing up to the receipt of their erasure.

On a telephone without JavaScript, and on a desk by keyboard alone.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Example
from tests.browser.hands import Keyboard, Pointer
from tests.browser.test_accessible import LEVELS

PASSWORD = "correct horse battery"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")
RUN = """
from onvif_privacy.core.jobs import run_due
say([one.outcome for one in run_due(names=%r)])
"""


@dataclass
class Journey:
    """One person with their browser, and what was wrong with the pages they saw."""

    example: Example
    hands: Pointer
    width: int
    script: bool
    name: str
    seen: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def page(self) -> Any:
        return self.hands.page

    def go(self, path: str) -> None:
        self.page.goto(path)

    def look(self, title: str) -> None:
        """Make sure that this is the page with that heading, that it fits, and that axe finds nothing."""
        heading = self.page.get_by_role("heading", level=1)
        assert title in heading.inner_text(), f"{self.page.url}: {heading.inner_text()}"
        if SHOTS:
            name = f"{self.width}-{len(self.seen):02}-{re.sub(r'[^a-z]+', '-', title.lower())}.png"
            self.page.screenshot(path=str(Path(SHOTS) / name), full_page=True)
        self.seen[title] = self.page.url
        if self.page.evaluate(TOO_WIDE) > 0:
            self.faults.append(f"{title}: wider than the window")
        if self.script:
            found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": LEVELS}}).response["violations"]
            self.faults += [f"{title}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]

    def housekeeping(self, *jobs: str) -> None:
        """Do what cron does."""
        assert set(self.example.site.say(RUN % (jobs,))) <= {"done", "held elsewhere"}


def signs_up_and_gives_data(journey: Journey) -> None:
    hands = journey.hands
    journey.go("/accounts/register/")
    hands.press("button", re.compile("^Accept$"))
    journey.page.locator(".privacy-bar").wait_for(state="hidden")
    for label, words in (("Username", journey.name), ("Password", PASSWORD), ("Password confirmation", PASSWORD)):
        hands.fill(label, words)
    hands.fill("Name", "Ada Journey")
    hands.fill("E-mail address", f"{journey.name}@example.org")
    journey.look("Register")
    hands.press("button", "Register")
    journey.look("Good to see you")


def declines_a_sensitive_field(journey: Journey) -> None:
    hands = journey.hands
    hands.press("link", re.compile("^My details"))
    hands.press("link", re.compile("^Tell us"))
    journey.look("Meals at meetings")
    assert not journey.page.get_by_role("checkbox").is_checked()
    hands.press("link", "Back without changes")
    assert journey.page.get_by_text("Nothing is kept.").is_visible()


def personalises_a_page(journey: Journey) -> None:
    hands = journey.hands
    hands.press("link", "Remember me on this device")
    journey.look("Remember me on this device")
    hands.press("button", "Yes, remember me here")
    journey.look("My details")
    journey.go("/members/")
    hands.press("button", "Calendar")
    assert calendar_comes_first(journey)
    journey.look("Good to see you")


def calendar_comes_first(journey: Journey) -> bool:
    headings = journey.page.get_by_role("main").get_by_role("heading", level=2).all_inner_texts()
    return bool(headings.index("Calendar") < headings.index("Working documents"))


def fills_a_basket(journey: Journey) -> None:
    journey.go("/shop/")
    journey.hands.press("button", "Add Reference device to basket")
    journey.hands.press("link", "Check out")


def orders_something(journey: Journey) -> None:
    hands, page = journey.hands, journey.page
    fills_a_basket(journey)
    hands.fill("Your reference (optional)", "PO 4711")
    hands.tick(re.compile("^Keep this in my details"))
    shipping = page.get_by_role("group", name="Shipping address")
    hands.fill("Country", "Germany", within=shipping)
    hands.press("button", re.compile(r"Update the fields.*Shipping"))
    shipping = page.get_by_role("group", name="Shipping address")
    for label, words in (
        ("Street and number", "Quay Street 12"),
        ("Postal code", "20457"),
        ("Town or city", "Hamburg"),
    ):
        hands.fill(label, words, within=shipping)
    journey.look("Check out")
    hands.press("button", re.compile("^Place the order"))
    journey.look("Thank you")
    assert page.get_by_text("PO 4711").is_visible()


def comes_back(journey: Journey) -> None:
    hands, page = journey.hands, journey.page
    journey.go("/members/")
    hands.press("button", "Sign out")
    signs_in(journey)
    assert calendar_comes_first(journey)
    fills_a_basket(journey)
    assert page.get_by_text("Filled in from your saved address.").is_visible()
    shipping = page.get_by_role("group", name="Shipping address")
    assert shipping.get_by_label("Street and number").input_value() == "Quay Street 12"
    journey.look("Check out")


def signs_in(journey: Journey) -> None:
    journey.go("/accounts/login/?next=/members/")
    journey.hands.fill("Username", journey.name)
    journey.hands.fill("Password", PASSWORD)
    journey.hands.press("button", "Sign in")


def corrects_their_name(journey: Journey) -> None:
    hands = journey.hands
    journey.go("/privacy/me/")
    journey.look("My privacy")
    hands.press("link", re.compile(r"^Correct\s*: Name, Profiles"))
    journey.look("Correct")
    hands.fill(re.compile("^Name"), "Ada Lovelace")
    hands.press("button", "Save")
    assert journey.page.get_by_text("Ada Lovelace").first.is_visible()


def takes_everything_along(journey: Journey, folder: Path) -> None:
    hands, page = journey.hands, journey.page
    hands.press("link", "Download my data")
    hands.fill("Password:", PASSWORD)
    journey.look("Please confirm that it is you")
    hands.press("button", "Continue")
    journey.look("Download my data")
    hands.press("button", "Make the file")
    journey.housekeeping("rights.exports")
    journey.go("/privacy/me/")
    with page.expect_download() as download:
        button = hands.control("button", re.compile("^Fetch the copy"))
        if isinstance(hands, Keyboard):
            hands.reach(button)
            page.keyboard.press("Enter")
        else:
            button.click()
    download.value.save_as(folder / "copy.zip")
    with zipfile.ZipFile(folder / "copy.zip") as copy:
        models = json.loads(copy.read("export.json"))["models"]
    assert models["onvif_privacy_people.Profile"]["rows"][0]["values"]["name"] == "Ada Lovelace"
    assert models["standards.Order"]["rows"][0]["values"]["references"] == {"reference": "PO 4711"}


def is_erased_and_reads_the_receipt(journey: Journey) -> None:
    hands, page = journey.hands, journey.page
    hands.press("link", "Erase")
    journey.look("Have it erased")
    hands.tick(re.compile("^I understand"))
    hands.press("button", "Erase everything")
    journey.look("Your erasure")
    journey.housekeeping("rights.erasures")
    page.reload()  # the address that the page said to keep
    journey.look("Receipt of an erasure")
    assert page.get_by_text(re.compile("Orders .*street and number.*Bookkeeping.*until")).is_visible()
    assert page.get_by_text("mails of this demonstration").first.is_visible()
    signs_in(journey)
    assert page.get_by_role("alert").is_visible()
    assert "Ada" not in page.inner_text("main")
    journey.go("/privacy/me/")
    journey.look("My privacy")


@pytest.mark.parametrize(("width", "script"), [(360, False), (1440, True)])
def test_a_whole_journey(
    chromium: Any, example: Example, tmp_path: Path, width: int, script: bool, request: pytest.FixtureRequest
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        base_url=example.address,
        java_script_enabled=script,
        bypass_csp=script,  # axe is injected; that the pages keep the policy is another test
    )
    request.addfinalizer(context.close)
    page = context.new_page()
    page.set_default_timeout(8_000)
    hands = Keyboard(page) if script else Pointer(page)
    journey = Journey(example, hands, width, script, name=f"ada-{width}")
    acts: tuple[Callable[[Journey], None], ...] = (
        signs_up_and_gives_data,
        declines_a_sensitive_field,
        personalises_a_page,
        orders_something,
        comes_back,
        corrects_their_name,
    )
    for act in acts:
        act(journey)
    takes_everything_along(journey, tmp_path)
    is_erased_and_reads_the_receipt(journey)
    assert journey.faults == []
    assert len(journey.seen) >= 12
