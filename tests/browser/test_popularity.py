"""V20: the Popularity page for everybody on the staff: by keyboard, without JavaScript, on a telephone."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from onvif_privacy.visits.models import Domain, NetworkDay
from onvif_privacy.visits.services import areas, clock, domains, salts, store
from onvif_privacy.visits.services.records import Books, Parcel
from tests.browser.test_accessible import violations
from tests.browser.visitor import Visitor
from tests.visits.factories import CHROME, AdministratorFactory, RecordFactory

PAGE = "/admin/onvif_privacy_visits/popularity/"
LONG = "/standards/a-very-long-name-of-a-standard-that-nobody-would-ever-break-by-hand/<slug:version>/"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
# texts that are cut off or stick out of their column, unless they stand in a part that scrolls
STICKING_OUT = """() => [...document.querySelectorAll('.popularity th, .popularity td, .popularity dd, .popularity h2')]
    .filter((one) => !one.closest('.popularity-scroll, .privacy-chart'))
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.textContent.trim())"""


@pytest.fixture
def staff(visit: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a signed-in administrator to a site with two months of visits."""
    services = {"Catalogue": ["/products/", "/search/"], "Standards": ["/standards/"]}
    with override_settings(
        ROOT_URLCONF="tests.browser.host.staff_urls",
        ONVIF_PRIVACY_VISITS_SERVICES=services,
        ONVIF_PRIVACY_SITES=["localhost", "shop.example.org"],
        ONVIF_PRIVACY_VISITS_SUBJECT_AREAS={"cameras": ["/products/1"], "standards": ["/standards/"]},
        ONVIF_PRIVACY_VISITS_DOMAINS=True,
    ):
        _months_of_visits()
        client = Client()
        client.force_login(AdministratorFactory())
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value

        def bring(**options: Any) -> Visitor:
            visitor = visit(**options)
            cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site}
            visitor.context.add_cookies([cookie])
            visitor.go("/admin/")
            return visitor

        yield bring


def _months_of_visits() -> None:
    now = int(time.time())
    salts.keep_up()
    areas.places.forget()
    routes = ["/", "/search/", LONG, *(f"/products/{number}/" for number in range(20))]
    for days_ago in range(0, 60, 3):
        store.write(
            Parcel(
                tuple(
                    RecordFactory(
                        at=now - days_ago * 86_400 - index,
                        route=routes[index % len(routes)],
                        referrer=["", "internal", "search.example", f"{index}.partner.example"][index % 4],
                        status=500 if index % 31 == 0 else 404 if index % 13 == 0 else 200,
                        marks=salts.marks(now, f"192.0.2.{index % 40}", CHROME, routes[index % len(routes)]),
                        network=f"198.51.{index % 7}.0",
                        agent=CHROME if index % 3 else CHROME.replace("Windows NT 10.0; Win64; x64", "X11; Linux"),
                    )
                    for index in range(60 - days_ago // 3)
                ),
                {(clock.today() - dt.timedelta(days=days_ago), "prefetch"): 7},
                Books(uuid.uuid4(), clock.moment(now), accepted=60, pending=60 - days_ago // 3, stored=days_ago // 3),
            )
        )

    names = ["a-provider-with-a-very-long-name-indeed.example", "university.example", ""]
    for network, name in zip(NetworkDay.objects.all(), names * 1000, strict=False):
        network.domain = Domain.objects.get_or_create(name=name, defaults={"digest": name[:30]})[0]
        network.save()
    domains.settle()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_popularity_breaks_no_rule_of_wcag_2_2_aa(staff: Callable[..., Visitor], width: int, colours: str) -> None:
    visitor = staff(width=width, color_scheme=colours)
    visitor.go(PAGE)
    assert visitor.page.get_by_role("heading", name="Which services are the most popular").is_visible()
    assert violations(visitor) == []
    for summary in visitor.page.locator(".popularity summary").all():
        summary.click()
    assert violations(visitor) == []
    assert visitor.page.evaluate(TOO_WIDE) <= 0
    assert visitor.page.evaluate(STICKING_OUT) == []


def test_popularity_answers_without_javascript(staff: Callable[..., Visitor], width: int) -> None:
    visitor = staff(width=width, script=False)
    visitor.go(PAGE)
    page = visitor.page
    page.get_by_role("link", name="7 days").click()
    assert page.get_by_role("link", name="7 days").get_attribute("aria-current") == "page"
    page.get_by_label("From").fill(str(clock.today() - dt.timedelta(days=1)))
    page.get_by_label("Route").fill("/search/")
    page.get_by_role("button", name="Show").click()
    assert "route=%2Fsearch%2F" in page.url
    assert page.get_by_text("Counted for the whole site only.").first.is_visible()
    page.get_by_role("link", name="Show the whole site").click()
    assert "route" not in page.url
    page.locator("#popularity-pages ~ .popularity-scroll a").first.click()
    assert "route=" in page.url
    page.get_by_role("link", name="Show the whole site").click()
    page.get_by_role("link", name="Cameras").click()
    assert "area=cameras" in page.url
    assert page.get_by_text("Only:").is_visible()


def test_every_control_and_table_is_reached_by_keyboard(staff: Callable[..., Visitor]) -> None:
    visitor = staff(width=320)
    visitor.go(PAGE)
    visitor.page.locator(".popularity-periods a").first.focus()
    reached = set()
    for _number in range(250):
        reached.add(visitor.page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))
        visitor.page.keyboard.press("Tab")
    wanted = visitor.page.locator(".popularity :is(a, summary, select, button, input:not([type=hidden]))").all()
    for control in wanted:
        if control.is_visible():
            assert control.evaluate("node => node.outerHTML.slice(0, 300)") in reached
