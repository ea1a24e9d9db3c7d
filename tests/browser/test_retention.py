"""What ends when, and the numbers for everybody: on a telephone and a desk, without a script, and axe is silent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Kind, RetentionRule
from tests.browser.test_accessible import violations
from tests.browser.visitor import STAFF_WIDTHS, Visitor
from tests.core.factories import UserFactory
from tests.rights.factories import STORE
from tests.rights.test_retention_screens import waiting
from tests.rights.test_statistics import answered

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SCREEN = "/admin/onvif_privacy_rights/retentionrule/"
NUMBERS = "/privacy/requests/"
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def staff(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Bring staff to a site with a rule that waits for a yes and requests that were answered."""
    with temporarily(*STORE), override_settings(ROOT_URLCONF="tests.browser.host.staff_urls"):
        waiting()
        answered(30)
        answered(20, kind=Kind.ERASE)
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            return visitor

        yield bring


@pytest.mark.parametrize("width", [360, 1280])
def test_both_pages_fit_read_well_and_the_yes_is_given_by_keyboard(staff: Callable[..., Visitor], width: int) -> None:
    visitor = staff(width=width, script=False)
    for name, page in (("numbers", NUMBERS), ("retention", SCREEN)):
        visitor.go(page)
        if SHOTS:
            visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
    button = visitor.page.get_by_role("button", name="Yes, let it end")
    button.focus()
    with visitor.page.expect_navigation(url=f"**{SCREEN}"):
        visitor.page.keyboard.press("Enter")
    assert not RetentionRule.objects.get(model="store.order").waits


@STAFF_WIDTHS
def test_axe_finds_nothing_and_nothing_sticks_out(staff: Callable[..., Visitor], width: int) -> None:
    visitor = staff(width=width)
    for page in (NUMBERS, SCREEN):
        visitor.go(page)
        assert violations(visitor) == []
        assert visitor.page.evaluate(TOO_WIDE) <= 0
