"""Messages to people, and the letters of the staff: by keyboard, without JavaScript, on a telephone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import canaries, contacts, links, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import LinkCount, Subject, Telling
from tests.browser.test_accessible import LEVELS, violations
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
LONG = "We corrected the address that we hold of you, because you asked us to on Monday. It is done.\n\n" * 3
DJANGO_S_OWN = ("target-size", "link-in-text-block")
Bring = Callable[..., Visitor]


def photographed(visitor: Visitor, name: str) -> None:
    """Keep a picture where somebody asked for pictures."""
    if folder := os.environ.get("PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _in_content(visitor: Visitor) -> list[str]:
    """Judge our content; how close the admin's filters stand, and how its search links look, is Django's."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": LEVELS}}
    found = Axe().run(visitor.page, context="#content", options=options).response["violations"]
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found if one["id"] not in DJANGO_S_OWN
    ]


def _session_of(user: Any) -> str:
    """Sign somebody in as a sign-in page does; returns the session."""
    client = Client()
    client.post("/admin/login/", {"username": user.username, "password": "secret"})
    return str(client.cookies[django_settings.SESSION_COOKIE_NAME].value)


@pytest.fixture
def bring(visit: Callable[..., Visitor]) -> Iterator[Bring]:
    """Return a function that brings a person with two messages, or a member of the staff."""
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls", ONVIF_PRIVACY_CANARY_DOMAIN="post.example"):

        def come(*, staff: bool = False, **options: Any) -> Visitor:
            user = UserFactory(email="", is_staff=True, is_superuser=staff)
            user.set_password("secret")
            user.save()
            me = Subject.objects.create() if staff else subjects.for_user(user)
            contacts.tell(me, contacts.Message("Your address was corrected", LONG))
            contacts.tell(me, contacts.Message("A request of yours was answered", "Please see <b>My privacy</b>."))
            run_due(names=("tell",))
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": _session_of(user), "url": visitor.site}
            visitor.context.add_cookies([cookie])
            return visitor

        yield come


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_banner_and_messages_break_no_rule_of_wcag_2_2_aa(bring: Bring, width: int, colours: str) -> None:
    visitor = bring(width=width, color_scheme=colours)
    visitor.go("/")
    assert visitor.page.get_by_text("2 messages about your data are waiting for you.").is_visible()
    assert violations(visitor) == []
    photographed(visitor, f"banner-{width}-{colours}")
    visitor.page.get_by_role("link", name="Read now").click()
    assert visitor.page.get_by_role("heading", name="Messages for you").is_visible()
    assert violations(visitor) == []
    assert visitor.page.evaluate(TOO_WIDE) <= 0
    photographed(visitor, f"messages-{width}-{colours}")


def test_messages_are_read_without_a_script_and_with_the_keyboard_alone(bring: Bring) -> None:
    visitor = bring(script=False)
    visitor.go("/privacy/messages/")
    for left in (1, 0):
        visitor.page.get_by_role("button", name="I have read this").first.focus()
        with visitor.page.expect_navigation():
            visitor.page.keyboard.press("Enter")
        assert visitor.page.get_by_role("button", name="I have read this").count() == left
    assert visitor.page.get_by_text("No message is waiting for you.").is_visible()
    visitor.go("/")
    assert visitor.page.get_by_text("waiting for you").count() == 0


@STAFF_WIDTHS
def test_screens_of_letters_links_and_canaries_break_no_rule(bring: Bring, width: int) -> None:
    visitor = bring(staff=True, width=width)
    visitor.expect("TrustedHTML", "is not defined", "$ is not", "reading 'fn'", "inline style")  # the admin's jQuery
    counted = links.add("https://partner.example/a/very/long/address/of/an/offer/that/nobody/breaks/by/hand?x=y")
    LinkCount.objects.create(link=counted, day=timezone.localdate().replace(year=2025), clicks=1234)
    canaries.mint("offers", "parcel-service", ["parcel.example"])
    letter = reverse("admin:onvif_privacy_telling_letter", args=[Telling.objects.earliest("created_at").pk])
    pages = {
        "desk": reverse("admin:app_list", args=["onvif_privacy"]),
        "tellings": reverse("admin:onvif_privacy_telling_changelist"),
        "links": reverse("admin:onvif_privacy_link_changelist"),
        "link": reverse("admin:onvif_privacy_link_change", args=[counted.pk]),
        "canaries": reverse("admin:onvif_privacy_canary_changelist"),
        "letter": letter,
    }
    for name, address in pages.items():
        visitor.go(address)
        photographed(visitor, f"admin-{name}-{width}")
        assert _in_content(visitor) == [], name
    visitor.page.get_by_role("button", name="Open the message").click()
    assert visitor.page.get_by_role("heading", name="Your address was corrected").is_visible()
    assert _in_content(visitor) == []
    photographed(visitor, f"admin-opened-{width}")
    visitor.page.get_by_role("button", name="It is in the post").click()
    visitor.page.get_by_text("Noted: the letter is in the post.").wait_for()
