"""Faults that other recorders of visits have, each by its name; every one of them is a page that must go out whole.

The three that all of them share come first. They were seen in django-request, django-tracking2 and django-user-visit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core.consent import State
from onvif_privacy.visits.middleware import PageVisitMiddleware
from onvif_privacy.visits.models import ExclusionDay, Page, PageDay, Reason, Visit
from onvif_privacy.visits.services import clock, reports, uniques
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.recorder import recorder
from onvif_privacy.visits.testing import inline
from tests.visits.factories import CHROME, GOOGLEBOT
from tests.visits.test_choice import Choice as Answer
from tests.visits.test_choice import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls")]
BROWSER = {"HTTP_USER_AGENT": CHROME, "HTTP_ACCEPT": "text/html"}
Ask = Callable[..., Any]


class From(AsyncClient):
    """A browser at an address; over a unix socket, which has none, the scope holds no client."""

    def __init__(self, address: str) -> None:
        super().__init__(raise_request_exception=False)
        self.address = address

    def _base_scope(self, **request: Any) -> Any:
        return super()._base_scope(**request) | {"client": [self.address, 0] if self.address else None}


@pytest.fixture(params=["wsgi", "asgi"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """GET an address as a browser does, over both stacks, with whatever the environment of the request is to hold."""

    def get(address: str = "/", **extra: Any) -> Any:
        if request.param == "wsgi":
            return Client(raise_request_exception=False).get(address, secure=True, **BROWSER, **extra)
        headers = [(name.removeprefix("HTTP_").replace("_", "-").lower(), value) for name, value in BROWSER.items()]
        sent = {name: value for name, value in extra.items() if name.startswith("HTTP_")}
        headers += [(name.removeprefix("HTTP_").replace("_", "-").lower(), value) for name, value in sent.items()]
        client = From(extra.get("REMOTE_ADDR", "127.0.0.1"))
        return async_to_sync(client.get)(address, secure=True, headers=dict(headers))

    return get


def stored_networks() -> list[str | None]:
    return list(Visit._default_manager.order_by("pk").values_list("network", flat=True))


class TestSharedByAll:
    TABLES = ("visit", "page", "pageday", "writer", "batch", "process", "daysalt", "uniquewaiting")

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("table", TABLES)
    def test_500_when_their_table_is_away(self, ask: Ask, table: str) -> None:
        name = f"onvif_privacy_visits_{table}"
        with inline():
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {name} RENAME TO away")
            try:
                assert ask().status_code == 200
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(f"ALTER TABLE away RENAME TO {name}")
            assert recorder.send()
            assert recorder.books().balanced
            assert Visit._default_manager.count() == 1

    def test_tokens_stored_in_paths(self, ask: Ask) -> None:
        token = "c5h2ab-4f9d1c0e7a8b3d6f5e2c1b0a9d8f7e6c"
        with inline():
            ask(f"/reset/MQ/{token}/")
            ask(f"/unsubscribe/{token}/")
        routes = {f"{page.route}{page.path}" for page in Page.objects.all()}
        assert routes - {""} == {"/reset/<uidb64>/<token>/", "/unsubscribe/<str:token>/"}

    @pytest.mark.parametrize(
        ("extra", "reason"),
        [
            ({"HTTP_USER_AGENT": GOOGLEBOT}, "bot"),
            ({"HTTP_SEC_PURPOSE": "prefetch"}, "prefetch"),
            ({"HTTP_SEC_PURPOSE": "prefetch;prerender"}, "prefetch"),
        ],
    )
    def test_bots_and_prefetch_ignored(self, extra: dict[str, str], reason: str) -> None:
        with inline():
            assert Client().get("/", secure=True, **(BROWSER | extra)).status_code == 200
        assert not Visit._default_manager.exists()
        assert not PageDay.objects.exists()
        assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {reason: 1}

    def test_objections_and_gpc_ignored(self) -> None:
        """Whether the signal covers `popularity` is said where the purpose is declared."""
        assert outcome("/", Answer(State.REFUSED, "choice")) is Reason.OBJECTION
        assert outcome("/", Answer(State.REFUSED, "gpc")) is Reason.SIGNAL


class TestOfSome:
    def test_vary_cookie_added(self, ask: Ask) -> None:
        with inline():
            assert "Cookie" not in ask().headers.get("Vary", "")

    def test_session_cookie_on_the_first_hit(self, ask: Ask) -> None:
        with inline():
            response = ask()
        assert not response.cookies
        assert "Set-Cookie" not in response.headers

    def test_queries_in_the_request(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("onvif_privacy.visits.middleware.write_now", lambda: None)
        with inline(), CaptureQueriesContext(connection) as queries:
            before = len(queries)
            ask()
            assert len(queries) == before

    @pytest.mark.parametrize("claim", ["203.0.113.9", "203.0.113.9, 198.51.100.1", "::1", "127.0.0.1"])
    def test_spoofed_forwarded_for_believed(self, ask: Ask, claim: str) -> None:
        with inline():
            ask(REMOTE_ADDR="192.0.2.77", HTTP_X_FORWARDED_FOR=claim)
        assert stored_networks() == ["192.0.2.0"]

    @pytest.mark.parametrize(
        "claim", ["203.0.113.9, 198.51.100.7", "junk, \x1f, 198.51.100.7", f"{'9' * 5000}, 198.51.100.7"]
    )
    def test_spoofed_forwarded_for_believed_behind_one_proxy(self, ask: Ask, claim: str, settings: Any) -> None:
        settings.ONVIF_PRIVACY_TRUSTED_PROXIES = 1
        with inline():
            ask(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=claim)
        assert stored_networks() == ["198.51.100.0"]

    @pytest.mark.parametrize(
        "junk", ["junk", ",,,,", "999.1.1.1", "1.2.3", "\x00", "[::1]", "unknown", "_hidden", "%00", "١٢٧.٠.٠.١"]
    )
    def test_junk_forwarded_for_ends_in_500(self, ask: Ask, junk: str, settings: Any) -> None:
        settings.ONVIF_PRIVACY_TRUSTED_PROXIES = 1
        with inline():
            assert ask(HTTP_X_FORWARDED_FOR=junk.encode().decode("latin-1")).status_code == 200
        assert stored_networks() == [None]
        assert recorder.books().dropped == {}

    def test_nul_in_a_path_ends_in_500(self, ask: Ask) -> None:
        with inline():
            assert ask("/products/a%00b/").status_code == 200
        assert Page.objects.get(path__gt="").path == "/products/a\ufffdb/"
        assert recorder.books().balanced

    def test_empty_remote_addr_of_a_unix_socket_ends_in_500(self, ask: Ask) -> None:
        with inline():
            assert ask(REMOTE_ADDR="").status_code == 200
        assert stored_networks() == [None]

    def test_missing_remote_addr_ends_in_500(self, rf: Any) -> None:
        request = rf.get("/", **BROWSER)
        del request.META["REMOTE_ADDR"]
        with inline():
            assert PageVisitMiddleware(lambda _request: HttpResponse("<p>page</p>"))(request).status_code == 200
        assert stored_networks() == [None]

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
            ("::1", "::"),
            ("fe80::1%eth0", "fe80::"),
            ("::ffff:192.0.2.77", "192.0.2.0"),
            ("2001:db8::", "2001:db8::"),
        ],
    )
    def test_ipv6_ends_in_500(self, ask: Ask, address: str, network: str) -> None:
        with inline():
            assert ask(REMOTE_ADDR=address).status_code == 200
            uniques.merge()
        assert stored_networks() == [network]

    def test_one_visitor_without_cookies_counted_as_many(self, ask: Ask) -> None:
        """One of them makes 9,010 visitors of 1,753 addresses."""
        with inline():
            for _visit in range(5):
                ask(REMOTE_ADDR="192.0.2.77")
            uniques.merge()
        found = reports.visitors(reports.Asked(period=Period.ending(clock.today(), Choice.TODAY), use="statistics"))
        assert found is not None
        assert found.visits == 1
