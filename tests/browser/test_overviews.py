"""The pages of what is held and of the keys: by keyboard, without JavaScript, on a telephone, in both colours."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.core.keys import generate, label
from onvif_privacy.core.testing import temporarily
from tests.browser.test_accessible import violations
from tests.browser.visitor import Visitor
from tests.core.orders import order
from tests.store import declarations as store
from tests.visits.factories import AdministratorFactory

PAGES = {"declarations": "Personal data", "keystatus": "Keys"}
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def staff(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a signed-in administrator to a site that holds something and lost a key."""
    for _number in range(3):
        order()
    label("index")
    new = [generate("data") | {"made": "2024-02-29"}, generate("sign")]
    with (
        temporarily(store.BOOKKEEPING, store.ORDER),
        override_settings(
            ROOT_URLCONF="tests.browser.host.staff_urls",
            ONVIF_PRIVACY_KEYS=[*new, *django_settings.ONVIF_PRIVACY_KEYS],
        ),
    ):
        client = Client()
        client.force_login(AdministratorFactory())
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            return visitor

        yield bring


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_breaks_no_rule_of_wcag_2_2_aa(
    staff: Callable[..., Visitor], width: int, colours: str, page: str
) -> None:
    visitor = staff(width=width, color_scheme=colours)
    visitor.go(f"/admin/onvif_privacy/{page}/")
    assert visitor.page.get_by_role("heading", name=PAGES[page]).first.is_visible()
    assert violations(visitor) == []
    assert visitor.page.evaluate(TOO_WIDE) <= 0
    if folder := os.environ.get("SCREENSHOTS"):
        visitor.page.screenshot(path=f"{folder}/{page}-{width}-{colours}.png", full_page=True)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_answers_without_javascript(staff: Callable[..., Visitor], width: int, page: str) -> None:
    visitor = staff(width=width, script=False)
    visitor.go(f"/admin/onvif_privacy/{page}/")
    assert visitor.page.locator(".privacy-overview tbody th").count() > 3
    assert visitor.page.evaluate("1") == 1
