""" "My privacy" for everybody: without JavaScript, by keyboard, on a telephone and on a desk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Request
from tests.browser.test_accessible import violations
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import DecisionFactory, UserFactory
from tests.rights.factories import STORE, shopper
from tests.rights.test_correcting import CORRECTABLE
from tests.rights.test_erasure import carried_out

ME = "/privacy/me/"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")


def shot(visitor: Visitor, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if SHOTS:
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def person(visit: Callable[..., Visitor], settings: Any, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings somebody who bought something and is signed in."""
    settings.MEDIA_ROOT = tmp_path
    with (
        temporarily(*STORE, CORRECTABLE),
        override_settings(ROOT_URLCONF="tests.browser.host.staff_urls", LOGIN_URL="/admin/login/"),
    ):
        ada = shopper("Ada Example", orders=5, username="ada", email="ada@example.org")
        assert ada.user is not None
        ada.user.set_password("correct horse")
        ada.user.save()
        DecisionFactory(subject=ada, purpose="offers", key="offers")

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            client = Client()
            client.force_login(ada.user)  # type: ignore[arg-type]
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            visitor.go(ME)
            return visitor

        yield bring


def press(visitor: Visitor, name: str | re.Pattern[str]) -> None:
    visitor.page.get_by_role("main").get_by_role("button", name=name).first.click()
    visitor.page.wait_for_load_state("load")


@pytest.mark.parametrize("width", [360, 1440])
def test_a_journey_without_javascript(person: Callable[..., Visitor], width: int) -> None:
    visitor = person(width=width, script=False)
    page = visitor.page
    shot(visitor, f"me-{width}")
    assert page.evaluate(TOO_WIDE) <= 0
    page.get_by_role("link", name=re.compile(r"^Correct\s*: Name")).first.click()
    page.get_by_label("Name").fill("Ada Lovelace")
    press(visitor, "Save")
    assert page.get_by_text("Ada Lovelace").first.is_visible()
    press(visitor, re.compile(r"^Withdraw\s*: Offers"))
    page.get_by_role("link", name="Download my data").click()
    shot(visitor, f"again-{width}")
    page.get_by_label("Password").fill("correct horse")
    press(visitor, "Continue")
    press(visitor, "Make the file")
    assert run_due(names=("rights.exports",))[0].outcome == "done"
    visitor.go(ME)
    with page.expect_download() as download:
        page.get_by_role("button", name="Fetch the copy").click()
    assert download.value.suggested_filename.startswith("my-data-")
    page.get_by_role("link", name="Erase").click()
    shot(visitor, f"erase-{width}")
    page.get_by_role("checkbox").check()
    press(visitor, "Erase everything")
    assert page.get_by_text("waiting, can be cancelled").is_visible()
    shot(visitor, f"cooling-{width}")
    page.get_by_role("link", name="Back to my privacy").click()
    press(visitor, f"Withdraw request {Request.objects.get(kind='erase').reference}")
    assert Request.objects.get(kind="erase").state == "withdrawn"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_breaks_wcag_2_2_aa(person: Callable[..., Visitor], width: int, colours: str) -> None:
    with override_settings(ONVIF_PRIVACY_BASE_URL="http://localhost"):
        visitor = person(width=width, color_scheme=colours)
        for path in (ME, f"{ME}object/", f"{ME}held/store.Line/", f"{ME}ask/", f"{ME}ask/sent/", f"{ME}link/none/"):
            answer = visitor.go(path)
            assert violations(visitor) == [], path
            assert visitor.page.evaluate(TOO_WIDE) <= 0, path
            assert answer.status in (200, 404)
            if answer.status == 404:
                visitor.expect("404")
        visitor.go(f"{ME}ask/")
        shot(visitor, f"ask-{width}")


@pytest.mark.parametrize("colours", ["light", pytest.param("dark", marks=pytest.mark.full)])
def test_the_receipt_of_an_erasure_breaks_no_rule_on_a_telephone(
    person: Callable[..., Visitor], settings: Any, colours: str
) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    visitor = person(width=360, color_scheme=colours)
    page = visitor.page
    page.get_by_role("link", name="Erase").click()
    page.get_by_label("Password").fill("correct horse")
    press(visitor, "Continue")
    page.get_by_role("checkbox").check()
    press(visitor, "Erase everything")
    address = page.url.replace(visitor.site, "")
    found = {"waiting": (violations(visitor), page.evaluate(TOO_WIDE))}
    shot(visitor, f"receipt-waiting-{colours}")
    assert page.get_by_text("Keep this address").is_visible()
    assert carried_out(Request.objects.get(kind="erase")).state == "done"
    visitor.go(address)
    page.get_by_role("heading", name="Receipt of an erasure").wait_for()
    found["receipt"] = (violations(visitor), page.evaluate(TOO_WIDE))
    shot(visitor, f"receipt-{colours}")
    assert found == {"waiting": ([], 0), "receipt": ([], 0)}


def test_the_page_is_worked_by_keyboard(person: Callable[..., Visitor]) -> None:
    visitor = person()
    visitor.decline()
    visitor.go(ME)
    reached = set()
    for _press in range(80):
        visitor.page.keyboard.press("Tab")
        reached.add(visitor.page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    for words in ("What we hold", "Download my data", "Object to all", "Erase"):
        assert words in reached


@STAFF_WIDTHS
def test_the_queue_of_staff_is_readable(person: Callable[..., Visitor], width: int) -> None:
    from onvif_privacy.rights.models import Channel, Kind
    from onvif_privacy.rights.services import erasure, requests
    from tests.rights.factories import shopper as another

    made = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=another("Bob Other"))
    with override_settings(ONVIF_PRIVACY_RIGHTS_COOLING_HOURS=0):
        for _turn in range(3):
            made.refresh_from_db()
            erasure.step(request=made)
    visitor = person(width=width)
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    visitor.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}])
    # Django's own script of change lists, under the strict policy of these tests
    visitor.expect("TrustedHTML", "jQuery is not defined", "django is not defined")
    for name in ("", f"{made.pk}/change/", "add/"):
        visitor.go(f"/admin/onvif_privacy_rights/request/{name}")
        shot(visitor, f"admin-{name.strip('/').rpartition('/')[2] or 'list'}-{width}")
    visitor.go(f"/admin/onvif_privacy_rights/request/{made.pk}/change/")
    # links in Django's own line of breadcrumbs are told apart by their place only
    assert [one for one in violations(visitor) if one[0] != "link-in-text-block"] == []
