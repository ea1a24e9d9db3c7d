"""Writing to each other, reporting, and what staff see: without JavaScript, by keyboard, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.community.models import ConversationMessage, Opening, Report
from onvif_privacy.core import keys, limits
from tests.browser.hands import Keyboard
from tests.browser.test_accessible import violations
from tests.browser.test_rights import TOO_WIDE, shot
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.community.talks import approved, asked, heard, person, reported, say, staff, talk

LIST = "/privacy/conversations/"
ADMIN = "/admin/onvif_privacy_community"


@pytest.fixture(autouse=True)
def _site(db: None) -> Iterator[None]:
    limits.reset()
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"):
        yield


def sign_in(visitor: Visitor, user: Any) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    visitor.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}])


def looked_at(visitor: Visitor, name: str, width: int) -> None:
    shot(visitor, f"talks-{name}-{width}")
    assert violations(visitor) == [], name
    assert visitor.page.evaluate(TOO_WIDE) <= 0, name


@pytest.mark.parametrize("width", [360, 1440])
def test_pages_are_readable_and_pass_axe(visit: Callable[..., Visitor], width: int) -> None:
    ada = person(username="ada", first_name="Ada", last_name="Lovelace")
    bob = person(username="bob", first_name="Bob", last_name="Builder-of-very-long-names")
    eve = person(username="eve", first_name="Eve")
    one = talk(ada, bob, eve)
    say(bob, one, "Shall we meet at six?\n\nAt https://example.org/" + "a" * 80)
    say(ada, one, "Six is fine.")
    say(eve, one, "This ends with me.")
    keys.destroy(eve.pk, "data")
    talk(bob, ada)
    visitor = visit(width=width)
    sign_in(visitor, ada.user)
    visitor.go(LIST)
    looked_at(visitor, "list", width)
    visitor.go(f"{LIST}{one.pk}/")
    assert visitor.page.get_by_text("Erased by its author.").is_visible()
    visitor.page.get_by_text("Who can read what is written here").click()
    looked_at(visitor, "conversation", width)
    visitor.go(LIST)
    visitor.page.get_by_label("Search your conversations").fill("six")
    visitor.page.get_by_role("button", name="Search").click()
    visitor.page.wait_for_load_state("load")
    assert visitor.page.get_by_text("2 messages found among your newest 3.").is_visible()
    looked_at(visitor, "search", width)
    visitor.go(f"{LIST}{one.pk}/report/")
    looked_at(visitor, "report", width)
    visitor.expect("400")
    visitor.page.evaluate("document.querySelector('.privacy-talks-form').noValidate = true")
    visitor.page.get_by_role("button", name="Report").click()
    visitor.page.wait_for_load_state("load")
    looked_at(visitor, "report-mistake", width)
    visitor.go(LIST)
    visitor.page.get_by_label("To", exact=True).fill("nobody")
    visitor.page.get_by_label("Your message").fill("Hello?")
    visitor.page.get_by_role("button", name="Send").click()
    visitor.page.wait_for_load_state("load")
    assert visitor.page.get_by_text("This person cannot be written to.").is_visible()
    looked_at(visitor, "list-mistake", width)


def test_the_whole_way_by_keyboard_without_javascript(visit: Callable[..., Visitor]) -> None:
    ada, bob = person(username="ada"), person(username="bob", first_name="Bob")
    visitor = visit(width=360, script=False)
    sign_in(visitor, ada.user)
    hands = Keyboard(visitor.page)
    visitor.go(LIST)
    hands.fill("To", "bob")
    hands.fill("Your message", "Is it you?")
    hands.press("button", "Send")
    hands.fill("Your message", "Answer me!")
    hands.press("button", "Send")
    message = ConversationMessage.objects.order_by("number").first()
    assert message is not None
    assert heard(bob, message.conversation) == ["Is it you?", "Answer me!"]
    other = visit(width=360, script=False)
    sign_in(other, bob.user)
    hands = Keyboard(other.page)
    other.go(LIST)
    hands.press("link", "ada")
    hands.press("link", "Report messages")
    box = other.page.get_by_label("Answer me!")
    hands.reach(box)
    other.page.keyboard.press("Space")
    kind = other.page.get_by_label("harassment")
    hands.reach(other.page.get_by_label("a threat"))
    other.page.keyboard.press("ArrowDown")
    assert kind.is_checked()
    hands.press("button", "Report")
    assert other.page.get_by_text("We have your report").first.is_visible()
    assert Report.objects.get().kind == "harassment"
    other.go(f"{LIST}{message.conversation_id}/")
    hands.press("button", "Block ada")
    assert other.page.get_by_role("button", name="Hear ada again").is_visible()
    hands.press("button", "Leave this conversation")
    assert other.page.get_by_text("You take part in no conversation yet.").is_visible()


@STAFF_WIDTHS
def test_staff_ask_agree_and_read_one_message_at_a_time(visit: Callable[..., Visitor], width: int) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    bad = say(ada, one, "You fool.")
    report = reported(bob, one, bad.pk)
    reported(bob, one, bad.pk)
    clerk, boss = staff("request", username="clerk"), staff("approve", username="boss")
    approved(asked(report, clerk), boss)
    visitor = visit(width=width)
    sign_in(visitor, clerk)
    # Django's own script of change lists, under the strict policy of these tests
    visitor.expect("TrustedHTML", "is not defined", "$ is not a function", "reading 'fn'")
    visitor.go(f"{ADMIN}/report/")
    shot(visitor, f"talks-admin-reports-{width}")
    visitor.go(f"{ADMIN}/report/{report.pk}/change/")
    _readable(visitor, "admin-report", width)
    visitor.page.get_by_label("Why").fill("It is said to insult.")
    visitor.page.get_by_role("button", name="Ask").click()
    visitor.page.wait_for_load_state("load")
    assert visitor.page.get_by_text("Another person has to say yes now.").is_visible()
    opening = Opening.objects.filter(approved_at=None).get()
    visitor.go(f"{ADMIN}/opening/{opening.pk}/change/")
    _readable(visitor, "admin-waiting", width)
    visitor.go(f"{ADMIN}/opening/{Opening.objects.exclude(approved_at=None).get().pk}/change/")
    assert not visitor.page.get_by_text("You fool.").is_visible()
    visitor.page.get_by_role("button", name="Read message 1").click()
    visitor.page.wait_for_load_state("load")
    assert visitor.page.get_by_text("You fool.").is_visible()
    _readable(visitor, "admin-read", width)
    other = visit(width=width)
    sign_in(other, boss)
    other.go(f"{ADMIN}/opening/{opening.pk}/change/")
    _readable(other, "admin-decide", width)


def _readable(visitor: Visitor, name: str, width: int) -> None:
    shot(visitor, f"talks-{name}-{width}")
    visitor.expect("Applying inline style")  # axe does so while it measures Django's own frame
    # links in Django's own line of breadcrumbs are told apart by their place only
    assert [one for one in violations(visitor) if one[0] != "link-in-text-block"] == [], name
    assert visitor.page.evaluate(TOO_WIDE) <= 0, name
