"""Cases for staff: without a script, by keyboard, on a telephone and on a desk; axe is silent on every screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.core import subjects
from onvif_privacy.disclosures.legal.services import holds
from onvif_privacy.disclosures.models import Case, Hold
from onvif_privacy.disclosures.services import fields, scopes
from tests.browser.test_accessible import violations
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory
from tests.disclosures.factories import House, age_key, member
from tests.disclosures.test_reports import cases, published, somebody

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")
DJANGO_S_OWN = ("target-size", "link-in-text-block")  # of its list: breadcrumbs, filters
ROOT = "/admin/onvif_privacy_disclosures/case/"
READS = "/admin/onvif_privacy_disclosures/accessrecord/"


@pytest.fixture
def house(transactional_db: None) -> House:
    """Cases in every state."""
    made = House(worker=member("work", name="wanda"), approver=member("approve", "officer", "audit", name="anton"))
    made.key, _secret = age_key(made.authority)
    ada = subjects.for_user(UserFactory(username="ada", email="ada@example.org", last_name="Lovelace"))
    names = ["auth.user|email|contact", "auth.user|last_name|identity"]
    made.received()
    made.drafted([ada], names)
    made.submitted([ada], names=names)
    handed = made.handed_over(made.approved([ada], names=names)).hand_over
    wanted = [one for one in fields.choices() if one.key in names]
    named = [scopes.Person("ada", ada)]
    holds.preserve(case=handed.case, actor=made.worker, people=named, choices=wanted)
    return made


@pytest.fixture
def staff(house: House, visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Bring one of the two to the site."""
    with override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"):

        def bring(who: Any, **options: Any) -> Visitor:
            client, visitor = Client(), visit(**options)
            client.force_login(who)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            return visitor

        yield bring


def screens() -> dict[str, str]:
    """Every screen by its name: the queue, the letter, and the pages of a case in each state."""
    found = {"queue": ROOT, "intake": f"{ROOT}add/", "search": f"{ROOT}search/", "reads": READS}
    for case in Case.objects.order_by("ref"):
        found[f"case-{case.state}"] = f"{ROOT}{case.pk}/change/"
        found[f"scope-{case.state}"] = f"{ROOT}{case.pk}/scope/"
        if case.state == "handed_over":
            found["deliver"] = f"{ROOT}{case.pk}/deliver/"
            found["approve"] = f"{ROOT}{case.pk}/approve/"
            found["holds"] = f"{ROOT}{case.pk}/holds/"
    return found


def shot(visitor: Visitor, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if SHOTS:
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@STAFF_WIDTHS
def test_axe_finds_nothing_and_nothing_sticks_out(house: House, staff: Callable[..., Visitor], width: int) -> None:
    visitor = staff(house.worker, width=width)
    visitor.expect("TrustedHTML", "is not defined", "$ is not", "reading 'fn'", "inline style")  # the admin's jQuery
    wrong = {}
    for name, address in screens().items():
        if address == READS:  # for auditors
            continue
        visitor.go(address)
        shot(visitor, f"{name}-{width}")
        found = [one for one in violations(visitor) if name != "queue" or one[0] not in DJANGO_S_OWN]
        if found or visitor.page.evaluate(TOO_WIDE) > 0:
            wrong[name] = found or visitor.page.evaluate(TOO_WIDE)
    assert wrong == {}


@STAFF_WIDTHS
def test_what_the_approving_side_alone_sees_is_as_plain(
    house: House, staff: Callable[..., Visitor], width: int
) -> None:
    visitor = staff(house.approver, width=width)
    visitor.expect("inline style")
    Hold.objects.update(renewals=1)  # one more is beyond what the regime allows
    for name in ("case-handed_over", "deliver", "holds", "reads"):
        visitor.go(screens()[name])
        for more in visitor.page.locator("details:not([open]) > summary").all():
            more.click()
        shot(visitor, f"approving-{name}-{width}")
        assert violations(visitor) == []
        assert visitor.page.evaluate(TOO_WIDE) <= 0


def test_the_yes_is_given_by_keyboard_without_a_script(house: House, staff: Callable[..., Visitor]) -> None:
    house.approver.set_password("correct horse")
    house.approver.save()
    visitor = staff(house.approver, width=360, script=False)
    case = Case.objects.get(state="submitted")
    visitor.go(f"{ROOT}{case.pk}/approve/")
    visitor.page.get_by_label("Password").fill("correct horse")
    visitor.page.keyboard.press("Enter")
    button = visitor.page.get_by_role("button", name="Yes: exactly this may leave")
    button.focus()
    shot(visitor, "approving-360")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert Case.objects.get(pk=case.pk).state == "approved"


@pytest.mark.parametrize("width", [360, 1440])
def test_everybody_reads_partners_and_numbers_without_colour_or_script(
    transactional_db: None, visit: Callable[..., Visitor], width: int
) -> None:
    cases(30)
    cases(137, regime="us_nsl")
    officer = somebody("officer", "officer_disclosure", "approve_disclosure")
    published("2025-H1", (somebody("d", "publish_report"), somebody("a", "approve_disclosure"), officer))
    visitor = visit(width=width)
    for name in ("transparency", "partners"):
        visitor.go(f"/privacy/disclosures/{name}/")
        shot(visitor, f"{name}-{width}")
        assert violations(visitor) == []
        assert visitor.page.evaluate(TOO_WIDE) <= 0
    visitor.go("/privacy/disclosures/transparency/")
    assert visitor.page.get_by_role("img").count() == 3
    plain = visit(width=width, script=False)
    plain.go("/privacy/disclosures/transparency/")
    assert plain.page.locator("pattern").count() == 3
