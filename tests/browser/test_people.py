"""My details, for everybody: by keyboard, without JavaScript, on a telephone, and filled in by the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.registry import temporarily
from onvif_privacy.people.doors import DemographicTable, special
from onvif_privacy.people.models import DemographicTray
from onvif_privacy.people.services import answer_age, ask_guardian, guardians
from onvif_privacy.people.testing import AddressFactory, EmailFactory, PhoneFactory, ProfileFactory
from tests.browser.test_accessible import violations
from tests.browser.visitor import Visitor

MINE = "/privacy/people/"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
PAGES = (
    MINE,
    f"{MINE}name/",
    f"{MINE}contacts/add/email/",
    f"{MINE}addresses/add/",
    f"{MINE}addresses/add/billing/",
    f"{MINE}special/special_religion_meals/",
    f"{MINE}numbers/",
)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def person(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings somebody who is signed in and has given something of each kind."""
    user = User.objects.create_user("alice")
    subject = subjects.for_user(user)
    ProfileFactory(subject=subject, name=f"Alice {LONG}", organisation="Harbour Standards")
    EmailFactory(subject=subject, value=f"alice@{'long-name-of-a-host.' * 4}example.org")
    PhoneFactory(subject=subject)
    AddressFactory(subject=subject, use="billing", line1=LONG)
    AddressFactory(subject=subject, use="shipping")
    client = Client()
    client.force_login(user)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

    def bring(**options: Any) -> Visitor:
        visitor = visit(**options)
        visitor.context.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}]
        )
        return visitor

    meals = special("religion", "meals", label="Meals", text="to serve you meals that you may eat")
    with temporarily(meals, DemographicTable("age_by_gender", ("age_band", "gender"))):
        yield bring


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_pages_break_no_rule_of_wcag_2_2_aa(person: Callable[..., Visitor], width: int, colours: str) -> None:
    visitor = person(width=width, color_scheme=colours)
    for address in PAGES:
        visitor.go(address)
        assert violations(visitor) == [], address
        assert visitor.page.evaluate(TOO_WIDE) <= 0, address


def test_address_is_added_changed_and_forgotten_without_javascript(person: Callable[..., Visitor]) -> None:
    visitor = person(width=360, script=False)
    page = visitor.page
    visitor.go(MINE)
    page.get_by_role("link", name="Add a postal address").click()
    page.get_by_role("link", name="Home").click()
    page.get_by_label("Country").select_option("US")
    page.get_by_role("button", name="Update the fields for this country").click()
    page.get_by_label("ZIP code").fill("62701")
    page.get_by_label("Street and number").fill("1 Main Street")
    page.get_by_label("Town or city").fill("Springfield")
    page.get_by_label("State").fill("IL")
    page.get_by_role("button", name="Keep it").click()
    assert page.locator("main [role=status]").inner_text() == "Kept."
    page.get_by_role("link", name="Change home 1 Main Street").click()
    page.get_by_label("Street and number").fill("2 Main Street")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Forget home 2 Main Street").click()
    assert "Forgotten" in page.locator("main [role=status]").inner_text()
    assert page.get_by_text("2 Main Street").count() == 0


def test_mistakes_are_named_beside_their_field(person: Callable[..., Visitor]) -> None:
    visitor = person(width=360)
    visitor.go("/")
    visitor.decline()
    visitor.go(f"{MINE}contacts/add/phone/")
    page = visitor.page
    page.get_by_label("Telephone number").fill("12345 67890 12345 67890 12345")
    page.get_by_role("button", name="Keep it").click()
    field = page.get_by_label("Telephone number")
    assert field.get_attribute("aria-invalid") == "true"
    assert "id_phone_error" in str(field.get_attribute("aria-describedby"))
    assert violations(visitor) == []


def test_every_control_is_reached_by_keyboard(person: Callable[..., Visitor]) -> None:
    visitor = person(width=360)
    visitor.go(MINE)
    reached = set()
    for _number in range(60):
        visitor.page.keyboard.press("Tab")
        reached.add(visitor.page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))
    for control in visitor.page.locator("main :is(a, button, input:not([type=hidden]))").all():
        assert control.evaluate("node => node.outerHTML.slice(0, 300)") in reached


def test_anonymous_answers_are_given_by_keyboard_alone(person: Callable[..., Visitor]) -> None:
    visitor = person(width=1440)
    visitor.go("/")
    visitor.decline()
    visitor.go(f"{MINE}numbers/")
    visitor.page.get_by_label("Age").focus()
    visitor.page.keyboard.type("37")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("heading", name="Thank you").wait_for()
    assert "35-44" in DemographicTray.objects.get().cells


def test_pages_of_age_and_of_guardians_break_no_rule(person: Callable[..., Visitor], settings: Any) -> None:
    settings.ONVIF_PRIVACY_PEOPLE_MINORS = "guardian"
    settings.ONVIF_PRIVACY_BASE_URL = "https://harbour.example"
    minor = subjects.for_user(User.objects.get())
    for width in (360, 1440):
        visitor = person(width=width)
        visitor.go(f"{MINE}age/")
        assert violations(visitor) == []
        assert visitor.page.evaluate(TOO_WIDE) <= 0
    answer_age(subject=minor, year=timezone.now().year - 10, month=1, country="DE")
    token = guardians.link(ask_guardian(minor=minor, address="parent@example.org")).rstrip("/").rpartition("/")[2]
    for width in (360, 1440):
        visitor = person(width=width)
        for address in (f"{MINE}age/", reverse("onvif_privacy_people:guardian", args=[token])):
            visitor.go(address)
            assert visitor.page.locator("main form").count() >= 1, address
            assert violations(visitor) == [], address
            assert visitor.page.evaluate(TOO_WIDE) <= 0, address
