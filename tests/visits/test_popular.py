"""``{% popular_pages %}``: what it lists, and that a page pays nothing for it."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from onvif_privacy.visits.models import Page
from onvif_privacy.visits.services import clock, popular
from tests.visits.factories import PageDayFactory, PageFactory

pytestmark = pytest.mark.django_db

TEMPLATE = Template(
    "{% load privacy_visits %}{% popular_pages days=30 limit=2 as pages %}"
    "{% for page in pages %}<a href='{{ page.path }}'>{{ page.visits }}</a>{% endfor %}"
)


def shown() -> str:
    return TEMPLATE.render(Context())


def visited(route: str, visits: int, *, path: str = "", days_ago: int = 0) -> Page:
    page: Page = PageFactory(route=route, path=path)
    PageDayFactory(page=page, day=clock.today() - dt.timedelta(days=days_ago), visits=visits)
    return page


def test_most_visited_pages_with_an_address_are_listed() -> None:
    visited("/catalogue/", 5)
    visited("/products/<slug>/", 9, path="/products/camera/")
    visited("/news/", 3)
    visited("/members/<int:number>/", 99)
    visited("/^old/(?P<x>[^/]+)$", 99)
    visited("", 99)

    assert shown() == "<a href='/products/camera/'>9</a><a href='/catalogue/'>5</a>"


def test_days_outside_the_period_do_not_count() -> None:
    visited("/old/", 50, days_ago=30)
    visited("/new/", 1, days_ago=29)

    assert shown() == "<a href='/new/'>1</a>"


def test_warm_copy_costs_no_query() -> None:
    visited("/catalogue/", 5)
    shown()
    with CaptureQueriesContext(connection) as queries:
        shown()
    assert len(queries) == 0


def test_copy_is_read_again_when_it_has_aged(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    page = visited("/catalogue/", 5)
    assert "5" in shown()
    page.days.update(visits=6)
    assert "5" in shown()

    aged = time.monotonic() + settings_seconds(settings) + 1
    monkeypatch.setattr(time, "monotonic", lambda: aged)
    assert "6" in shown()


def settings_seconds(settings: Any) -> int:
    settings.ONVIF_PRIVACY_VISITS_POPULAR_SECONDS = 60
    popular.forget()
    shown()
    return 60


def test_recorder_renews_copies_before_they_age(settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_POPULAR_SECONDS = 1
    page = visited("/catalogue/", 5)
    shown()
    page.days.update(visits=6)
    popular.refresh()

    with CaptureQueriesContext(connection) as queries:
        assert "6" in shown()
    assert len(queries) == 0


def test_copies_are_bounded() -> None:
    for days in range(1, 100):
        popular.pages(days=days, limit=3)
    assert len(popular._copies) <= popular.KEPT


def test_event_loop_gets_the_last_copy_and_no_error() -> None:
    async def render() -> str:
        return shown()

    assert async_to_sync(render)() == ""


@pytest.mark.django_db(transaction=True)
def test_missing_tables_give_an_empty_list() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE onvif_privacy_visits_pageday RENAME TO away")
    try:
        assert shown() == ""
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO onvif_privacy_visits_pageday")
