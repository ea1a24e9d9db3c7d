"""Complaining and answering: without JavaScript, by keyboard, on a telephone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.enquiries.models import Enquiry, Kind, Remedy
from onvif_privacy.enquiries.services import cases, deadlines, publishing
from onvif_privacy.enquiries.services.clock import months_later
from tests.browser.hands import Keyboard
from tests.browser.test_accessible import violations
from tests.browser.test_rights import TOO_WIDE, shot
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory
from tests.enquiries.world import WORDS, determined, put_right, received, staff

CONTACT = "/privacy/contact/"
ADMIN = "/admin/onvif_privacy_enquiries"


@pytest.fixture(autouse=True)
def _site(db: None) -> Iterator[None]:
    deadlines.make_rules("default")
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls", ONVIF_PRIVACY_ENQUIRIES_AN_HOUR=1000):
        yield


def press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("main").get_by_role("button", name=name).first.click()
    visitor.page.wait_for_load_state("load")


def sign_in(visitor: Visitor, user: Any) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    visitor.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}])


def ref_and_code(page: Any) -> tuple[str, str]:
    ref, code = page.locator(".privacy-enquiries-code").all_inner_texts()
    return ref, code


@pytest.mark.parametrize("width", [360, 1440])
def test_a_journey_without_javascript_and_cookies(visit: Callable[..., Visitor], width: int, tmp_path: Path) -> None:
    visitor = visit(width=width, script=False)
    page = visitor.page
    visitor.go(CONTACT)
    shot(visitor, f"contact-{width}")
    assert page.evaluate(TOO_WIDE) <= 0
    page.get_by_label("A complaint").check()
    page.get_by_label("Accepting or declining cookies").check()
    page.get_by_label("Your message").fill("The bar came back the next day.")
    (tmp_path / "picture.svg").write_text("<svg onload='alert(1)'/>")
    page.get_by_label("Files").set_input_files(tmp_path / "picture.svg")
    page.wait_for_timeout(3100)  # nobody fills it in faster
    press(visitor, "Send")
    shot(visitor, f"received-{width}")
    assert page.evaluate(TOO_WIDE) <= 0
    ref, code = ref_and_code(page)
    assert Enquiry.objects.get(ref=ref).quarantined == ""
    visitor.context.clear_cookies()
    page.get_by_role("link", name="See how it stands").first.click()
    page.get_by_label("Number").fill(ref)
    page.get_by_label("Code").fill(code)
    shot(visitor, f"follow-{width}")
    press(visitor, "Open")
    assert page.get_by_text("The bar came back the next day.").is_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Download picture.svg")).click()
    assert download.value.suggested_filename == "picture.svg"
    page.get_by_label("Your message").fill("And again today.")
    page.wait_for_timeout(100)
    press(visitor, "Send")
    assert page.get_by_text("We have your message.").is_visible()
    assert page.get_by_text("And again today.").is_visible()
    shot(visitor, f"opened-{width}")
    assert page.evaluate(TOO_WIDE) <= 0


def test_the_whole_way_by_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit(script=False)
    hands = Keyboard(visitor.page)
    visitor.go(CONTACT)
    radio = visitor.page.get_by_label("A complaint")
    hands.reach(radio)
    visitor.page.keyboard.press("Space")
    hands.fill("Your message", "Nobody answers my letters.")
    visitor.page.wait_for_timeout(3100)
    hands.press("button", "Send")
    ref, code = ref_and_code(visitor.page)
    hands.press("link", "See how it stands")
    hands.fill("Number", ref)
    hands.fill("Code", code)
    hands.press("button", "Open")
    assert visitor.page.get_by_text("Nobody answers my letters.").is_visible()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_breaks_wcag_2_2_aa(visit: Callable[..., Visitor], width: int, colours: str) -> None:
    clerk = staff("work", "verify")
    quarter = publishing.quarter_of(months_later(timezone.localdate(), -3))
    for _number in range(12):
        received(received_at=timezone.make_aware(timezone.datetime(quarter.year, quarter.month, 9)))
    publishing.publish(quarter=quarter, actor=clerk)
    visitor = visit(width=width, color_scheme=colours)
    for path in (CONTACT, f"{CONTACT}follow/", f"{CONTACT}figures/", f"{CONTACT}link/none/"):
        answer = visitor.go(path)
        if answer.status == 404:
            visitor.expect("404")
        assert violations(visitor) == [], path
        assert visitor.page.evaluate(TOO_WIDE) <= 0, path
    visitor.go(f"{CONTACT}figures/")
    shot(visitor, f"figures-{width}-{colours}")
    visitor.go(CONTACT)
    visitor.page.get_by_label("Your message").fill("x")
    visitor.page.evaluate("document.querySelector('.privacy-enquiries-form').noValidate = true")
    visitor.expect("400")
    press(visitor, "Send")
    assert violations(visitor) == []
    shot(visitor, f"mistakes-{width}-{colours}")


@pytest.mark.parametrize("width", [360, 1440])
def test_my_privacy_shows_my_complaints_and_opens_them_without_javascript(
    visit: Callable[..., Visitor], width: int
) -> None:
    ada, enquiry = UserFactory(), received(clauses=["contact"])
    Enquiry.objects.filter(pk=enquiry.pk).update(subject=subjects.for_user(ada))
    visitor = visit(width=width, script=False)
    sign_in(visitor, ada)
    visitor.go("/privacy/me/")
    assert visitor.page.evaluate(TOO_WIDE) <= 0
    shot(visitor, f"my-enquiries-{width}")
    visitor.page.get_by_role("button", name="Read and answer").click()
    assert visitor.page.get_by_text(WORDS).is_visible()
    assert visitor.page.get_by_role("button", name="Put it under my account").count() == 0


@STAFF_WIDTHS
def test_queue_and_case_are_readable_and_pass_axe(visit: Callable[..., Visitor], width: int) -> None:
    boss, other = UserFactory(is_staff=True, is_superuser=True), staff("work", "verify")
    enquiry = determined(received(text="A list was handed on.", address="ada@example.org", clauses=["contact"]), other)
    put_right(enquiry, other, regression=Remedy.Regression.SABOTEUR)
    cases.remedied(enquiry=enquiry, actor=other)
    late = received(received_at=timezone.now() - timedelta(days=60), clauses=["cookies_choice"])
    cases.assign(enquiry=late, actor=boss)
    received(Kind.COMMENT)
    received(quarantined="many")
    visitor = visit(width=width)
    sign_in(visitor, boss)
    # Django's own script of change lists, under the strict policy of these tests
    visitor.expect("TrustedHTML", "is not defined", "$ is not a function", "reading 'fn'")
    for name, path in (
        ("queue", "enquiry/"),
        ("case", f"enquiry/{enquiry.pk}/change/"),
        ("case-late", f"enquiry/{late.pk}/change/"),
        ("enter", "enquiry/add/"),
        ("publications", "publication/"),
        ("clocks", "clockrule/"),
    ):
        visitor.go(f"{ADMIN}/{path}")
        shot(visitor, f"admin-{name}-{width}")
        if name in ("case", "case-late", "enter", "publications"):
            # links in Django's own line of breadcrumbs are told apart by their place only
            assert [one for one in violations(visitor) if one[0] != "link-in-text-block"] == [], name
            assert visitor.page.evaluate(TOO_WIDE) <= 0, name
    visitor.go(f"{ADMIN}/enquiry/{enquiry.pk}/change/")
    visitor.page.get_by_label("I have opened the evidence above").check()
    visitor.page.get_by_label("If a check is not green").fill("The mailbox is moved tonight.")
    visitor.page.get_by_role("button", name="I have looked: it is put right").click()
    visitor.page.wait_for_load_state("load")
    enquiry.refresh_from_db()
    assert enquiry.state == "closed"  # this site writes no letters: it stands on the page
