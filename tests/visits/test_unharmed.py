"""The page does not notice the room: nothing is added to it, and whatever fails in here, it goes out as it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import AsyncClient, Client, modify_settings
from django.test.utils import CaptureQueriesContext

from onvif_privacy.visits import middleware
from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.services import popular, retention, salts, uniques, upkeep
from onvif_privacy.visits.services.recorder import Recorder, recorder
from tests.visits.conftest import CHROME_HEADERS, Get
from tests.visits.factories import RecordFactory
from tests.visits.test_recorder import Shelf, threaded, until

__all__ = ["threaded"]

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.urls("tests.visits.urls")]

PAGES = ("/", "/stream/", "/async/", "/missing/", "/broken/")


def planted(*args: object, **kwargs: object) -> Any:
    raise RuntimeError("planted")


@contextmanager
def without_us() -> Iterator[None]:
    name = f"{middleware.__name__}.PageVisitMiddleware"
    with modify_settings(MIDDLEWARE={"remove": [name]}):
        yield


def assert_same(ours: Any, bare: Any) -> None:
    assert (ours.status_code, dict(ours.items())) == (bare.status_code, dict(bare.items()))
    assert {name: str(cookie) for name, cookie in ours.cookies.items()} == {}
    if not ours.streaming:
        assert ours.content == bare.content


class TestNothingIsAdded:
    """V1."""

    @pytest.fixture(autouse=True)
    def _waiting(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Records wait; nothing writes them."""
        settings.ONVIF_PRIVACY_VISITS_RECORDING = "inline"
        monkeypatch.setattr(middleware, "write_now", lambda: None)

    @pytest.fixture
    def touched(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Names of what a page path must not use, each time it is used."""
        seen: list[str] = []

        def watched(name: str, before: Callable[..., Any]) -> Callable[..., Any]:
            def use(*args: Any, **kwargs: Any) -> Any:
                seen.append(name)
                return before(*args, **kwargs)

            return use

        for name in ("get", "set", "add", "delete", "get_many", "set_many", "incr", "has_key", "touch"):
            monkeypatch.setattr(LocMemCache, name, watched(f"cache.{name}", getattr(LocMemCache, name)))
        read = SessionBase._session.fget  # type: ignore[attr-defined]
        monkeypatch.setattr(SessionBase, "_session", property(watched("session", read)))
        return seen

    def test_use_of_cache_and_session_would_be_seen(self, touched: list[str]) -> None:
        SessionBase().get("name")
        caches["default"].get("name")
        assert touched == ["session", "cache.get"]

    @pytest.mark.parametrize("address", [*PAGES, "/products/camera/", "/no/such/page/", "/data/"])
    def test_no_query_no_cache_no_cookie_no_vary_no_session(self, get: Get, touched: list[str], address: str) -> None:
        with without_us():
            bare = get(address)
        usual = list(touched)
        touched.clear()
        with CaptureQueriesContext(connection) as queries:
            ours = get(address)
        assert len(queries) == 0
        assert touched == usual == []
        assert_same(ours, bare)
        books = recorder.books()
        assert (books.accepted, books.dropped) == (recorder.pending, {}), "an error inside would hide a query"
        assert recorder.pending == (address != "/data/")


class TestFailsOpen:
    """R1, V5."""

    INSIDE = (
        "services.capture.record_of",
        "services.capture.rules",
        "services.capture.consent.of",
        "services.exclusions.of_page",
        "services.exclusions.of_view",
        "services.cleaning.routes",
        "services.cleaning.agent",
        "services.cleaning.networks",
        "services.cleaning.referrer",
        "services.areas.of_request",
        "services.salts.marks",
        "middleware.plan",
        "services.recorder.Recorder.put",
    )
    # the visit itself is taken in as usual
    AROUND = ("middleware.begin", "middleware.write_now")

    @pytest.fixture(autouse=True)
    def _known_day(self, inline: None) -> None:
        salts.keep_up()  # so that marks are made

    @pytest.mark.parametrize("place", INSIDE)
    def test_error_inside_is_counted_once_and_the_page_is_the_same(
        self, get: Get, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        for number, address in enumerate(PAGES, 1):
            with without_us():
                bare = get(address)
            with monkeypatch.context() as patch:
                patch.setattr(f"onvif_privacy.visits.{place}", planted)
                ours = get(address)
            assert_same(ours, bare)
            assert recorder.books().dropped == {"internal_error": number}
            assert recorder.books().balanced

    @pytest.mark.parametrize("mode", ["inline", "thread"])
    @pytest.mark.parametrize("place", AROUND)
    def test_error_around_a_visit_costs_neither_page_nor_visit(
        self, get: Get, monkeypatch: pytest.MonkeyPatch, settings: Any, place: str, mode: str
    ) -> None:
        with without_us():
            bare = [get(address) for address in PAGES]
        settings.ONVIF_PRIVACY_VISITS_RECORDING = mode
        monkeypatch.setattr(Recorder, "start", lambda self: None)  # this test's visits wait
        monkeypatch.setattr(f"onvif_privacy.visits.{place}", planted)
        for address, without in zip(PAGES, bare, strict=True):
            assert_same(get(address), without)
        books = recorder.books()
        assert (books.accepted, books.stored + books.pending) == (5, 5)

    def test_error_in_the_counting_of_an_error_is_no_reason_either(
        self, get: Get, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("onvif_privacy.visits.middleware.capture.record_of", planted)
        monkeypatch.setattr(Recorder, "drop", planted)
        assert get("/").status_code == 200

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize(
        ("owner", "name"),
        [(salts, "_renew"), (popular, "_read"), (uniques, "merge"), (retention, "expire")],
        ids=lambda part: getattr(part, "__name__", part),
    )
    def test_error_in_upkeep_costs_no_visit_and_no_other_upkeep(
        self, threaded: None, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
    ) -> None:
        for module in (uniques, retention):
            monkeypatch.setattr(module, "_next", 0.0)
        popular.pages(days=1, limit=1)
        monkeypatch.setattr(popular._copies[1, 1, ""], "fresh_until", 0.0)
        monkeypatch.setattr(owner, name, planted)
        shelf, last = Shelf(), threading.Event()
        monkeypatch.setattr(shelf, "close", lambda: connection.close())  # that of the thread
        mine = Recorder(shelf, upkeep=[*upkeep.TASKS, last.set])
        mine.put(RecordFactory())
        until(lambda: len(shelf.records) == 1 and last.is_set())
        mine.stop(5)

    @pytest.mark.django_db(transaction=True)
    def test_missing_tables_do_not_break_a_page(self, get: Get) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE onvif_privacy_visits_visit RENAME TO away")
        try:
            assert get("/").status_code == 200
            assert recorder.pending == 1
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE away RENAME TO onvif_privacy_visits_visit")
        assert recorder.send()
        assert Visit._default_manager.count() == 1
        assert recorder.books().balanced


@pytest.mark.usefixtures("inline")
class TestTokens:
    """V8: links of each kind that carries a token; no token in any table."""

    @pytest.mark.parametrize(
        ("stack", "number"),
        [(stack, 10) for stack in ("wsgi", "asgi")]
        + [pytest.param(stack, 100, marks=pytest.mark.full) for stack in ("wsgi", "asgi")],
    )
    def test_tokens_in_addresses_enter_no_table(self, stack: str, number: int) -> None:
        tokens = [f"c{place:04x}-{place * 7919:032x}" for place in range(number)]
        visits = [visit for token in tokens for visit in _addresses(token)]
        if stack == "wsgi":
            for address, headers in visits:
                Client().get(address, headers=headers, secure=True)
        else:
            async_to_sync(_ask)(visits)  # in one event loop, as a server does

        assert recorder.books().stored == Visit._default_manager.count() == len(visits) == 5 * number
        stored = "\n".join(_every_text())
        assert "/unsubscribe/" in stored
        assert not [token for token in tokens if token in stored or token.partition("-")[2] in stored]


def _addresses(token: str) -> list[tuple[str, dict[str, str]]]:
    told = {"referer": f"https://mail.example/read/{token}?t={token}"}
    return [
        (f"/reset/MQ/{token}/", CHROME_HEADERS),
        (f"/unsubscribe/{token}/?email={token}", CHROME_HEADERS),
        (f"/rights/{token}/", CHROME_HEADERS | told),
        (f"/enquiries/{token}/{token}/", CHROME_HEADERS),
        (f"/products/{token}/", CHROME_HEADERS),
    ]


async def _ask(visits: list[tuple[str, dict[str, str]]]) -> None:
    for address, headers in visits:
        await AsyncClient().get(address, headers=headers, secure=True)


def _every_text() -> list[str]:
    return [
        str(value)
        for model in apps.get_app_config("onvif_privacy_visits").get_models()
        for row in model._default_manager.values_list()
        for value in row
    ]
