"""What staff see of people, of their devices, guardians and letters: on a telephone and a desk, and axe is silent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.testing import temporarily
from onvif_privacy.people.models import DemographicRelease, Device, Guardian, Letter
from onvif_privacy.people.services import answer_age, ask_guardian, demographics
from onvif_privacy.people.testing import AddressFactory, EmailFactory, ProfileFactory
from onvif_privacy.rights.models import Channel, ExportFile, Kind
from onvif_privacy.rights.services import erasure, requests
from tests.browser.test_accessible import violations
from tests.browser.test_messages import DJANGO_S_OWN
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory
from tests.people.test_demographics import NEXT_MONTH, TABLES, answers
from tests.rights.factories import STORE, shopper

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def staff(visit: Callable[..., Visitor], settings: Any, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Bring an administrator to a site that knows somebody with an order, a device, a guardian and a request."""
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_PEOPLE_MINORS = "guardian"
    settings.ONVIF_PRIVACY_BASE_URL = "https://harbour.example"
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE), override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"):
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            # Django's own scripts of lists, under the strict policy of these tests
            visitor.expect("TrustedHTML", "is not defined", "$ is not", "reading 'fn'", "inline style")
            return visitor

        yield bring


def known() -> dict[str, str]:
    """Make somebody of whom everything is known; returns the addresses of the screens by a short name."""
    ada = shopper("Ada Example", orders=2, username="ada", email="ada@example.org")
    ProfileFactory(subject=ada, name="Ada Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin")
    EmailFactory(subject=ada, value="ada@example.org")
    AddressFactory(subject=ada, use="billing")
    Device.objects.create(
        subject=ada, series_mac="0" * 64, token_mac="1" * 64, rotated_at=timezone.now(), used_on=timezone.localdate()
    )
    answer_age(subject=ada, year=timezone.now().year - 10, month=1, country="DE")
    guardian = ask_guardian(minor=ada, address="parent@example.org")
    requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="x", subject=ada)
    gone = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=shopper("Bob Other"))
    while erasure.step(request=gone) is not None:
        gone.refresh_from_db()
    run_due(names=("rights.exports",))
    with temporarily(*TABLES):
        for gender in ("female", "male"):
            answers(12, gender=gender, age_band=40)
        answers(3, gender="male", age_band=70)
        demographics.release(today=NEXT_MONTH)
    export, release = ExportFile.objects.get(), DemographicRelease.objects.get(table_name="age_by_gender")
    step = gone.steps.order_by("position").first()
    assert step is not None
    people, rights = "/admin/onvif_privacy_people", "/admin/onvif_privacy_rights"
    return {
        "held": f"{rights}/person/{ada.pk}/change/",
        "held-list": f"{rights}/person/",
        "receipt": f"{rights}/request/{gone.pk}/change/",
        "exports": f"{rights}/exportfile/",
        "export": f"{rights}/exportfile/{export.pk}/change/",
        "steps": f"{rights}/step/",
        "step": f"{rights}/step/{step.pk}/change/",
        "sent": f"{rights}/letter/",
        "releases": f"{people}/demographicrelease/",
        "release": f"{people}/demographicrelease/{release.pk}/change/",
        "person": f"{people}/person/{ada.pk}/change/",
        "person-list": f"{people}/person/",
        "devices": f"{people}/device/",
        "device": f"{people}/device/{Device.objects.get().pk}/change/",
        "guardians": f"{people}/guardian/",
        "guardian": f"{people}/guardian/{guardian.pk}/change/",
        "letters": f"{people}/letter/",
        "letter": f"{people}/letter/{Letter.objects.get().pk}/change/",
    }


@STAFF_WIDTHS
def test_screens_of_staff_break_no_rule_and_fit(staff: Callable[..., Visitor], width: int) -> None:
    visitor, found = staff(width=width), dict[str, Any]()
    for name, address in known().items():
        assert visitor.go(address).status == 200, name
        assert "slot:" not in visitor.page.inner_text("body"), name  # a column of the database says nothing to anybody
        if SHOTS:
            visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
        broken = [one for one in violations(visitor) if one[0] not in DJANGO_S_OWN]
        if broken or visitor.page.evaluate(TOO_WIDE) > 0:
            found[name] = broken or "too wide"
    assert found == {}
    assert Guardian.objects.count() == 1


def test_values_are_revealed_by_keyboard_alone_and_without_javascript(staff: Callable[..., Visitor]) -> None:
    visitor = staff(width=360, script=False)
    visitor.go(known()["held"])
    page = visitor.page
    assert page.get_by_text("ada@example.org").count() == 0
    page.get_by_label("Reveal the values for").select_option("operation")
    page.get_by_role("button", name="Reveal").focus()
    page.keyboard.press("Enter")
    page.get_by_text("ada@example.org").first.wait_for()
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "revealed-360.png"), full_page=True)
