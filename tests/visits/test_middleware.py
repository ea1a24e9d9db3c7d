"""The page path: what is recorded of a request, and that the page does not notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncClient, Client, modify_settings, override_settings
from django.test.utils import CaptureQueriesContext

from onvif_privacy.visits.middleware import PageVisitMiddleware
from onvif_privacy.visits.models import ExclusionDay, Page, PageDay, Referrer, Visit
from onvif_privacy.visits.services import capture
from onvif_privacy.visits.services import plan as planning
from onvif_privacy.visits.services.recorder import recorder
from tests.visits.factories import CHROME, GOOGLEBOT, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls")]

MIDDLEWARE = "onvif_privacy.visits.middleware.PageVisitMiddleware"
CHROME_HEADERS = {"user-agent": CHROME, "accept": "text/html"}
Get = Callable[..., Any]


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest) -> Get:
    """GET an address as an ordinary browser, through the sync and the async stack."""

    def ask(address: str, **headers: str) -> Any:
        given = CHROME_HEADERS | headers
        if request.param == "wsgi":
            return Client(raise_request_exception=False).get(address, headers=given, secure=True)
        client = AsyncClient(raise_request_exception=False)
        return async_to_sync(client.get)(address, headers=given, secure=True)

    return ask


def reasons() -> dict[str, int]:
    return dict(ExclusionDay.objects.values_list("reason", "visits"))


@pytest.mark.usefixtures("inline")
class TestRecorded:
    def test_page_visit_is_stored_and_counted(self, get: Get) -> None:
        get("/", referer="https://search.example/find?token=secret")

        visit = Visit._default_manager.select_related("page", "referrer", "browser").get()
        assert (visit.page.route, visit.page.path, visit.status, visit.method) == ("/", "", 2, 1)
        assert (visit.browser.family, visit.browser.system, visit.browser.device) == ("Chrome", "Windows", "desktop")
        assert (visit.referrer.host, visit.network, visit.visitor) == ("search.example", "127.0.0.0", None)
        assert PageDay.objects.get().visits == 1

    @pytest.mark.parametrize("address", ["/async/", "/stream/", "/personal/", "/conditional/"])
    def test_every_kind_of_page_is_counted(self, get: Get, address: str) -> None:
        assert get(address).status_code == 200
        assert Visit._default_manager.get().page.route == address

    def test_query_string_never_enters(self, get: Get) -> None:
        get("/products/camera/?email=anna@example.org")

        page = Page.objects.exclude(route="").get()
        assert (page.route, page.path) == ("/products/<str:slug>/", "/products/camera/")

    @override_settings(ONVIF_PRIVACY_VISITS_PUBLIC_CONTENT=["news:article"])
    def test_public_content_can_be_named_in_settings(self, get: Get) -> None:
        get("/news/spring/")
        assert Page.objects.exclude(route="").get().path == "/news/spring/"

    @override_settings(ONVIF_PRIVACY_VISITS_PUBLIC_CONTENT=["news:*"])
    def test_public_content_can_be_a_whole_namespace(self, get: Get) -> None:
        get("/news/spring/")
        assert Page.objects.exclude(route="").get().path == "/news/spring/"

    def test_other_pages_keep_their_pattern_only(self, get: Get) -> None:
        get("/news/spring/")
        page = Page.objects.exclude(route="").get()
        assert (page.route, page.path) == ("/news/<slug:slug>/", "")

    def test_own_host_refers_internally(self, get: Get) -> None:
        get("/", referer="https://testserver/products/")
        assert Referrer.objects.get().host == "internal"

    def test_unmatched_addresses_share_one_bucket(self, get: Get) -> None:
        assert get("/no/such/page-1/").status_code == get("/wp-login.php").status_code == 404
        assert [(page.route, page.path) for page in Page.objects.all()] == [("", "")]
        assert PageDay.objects.get().failures == 2

    def test_failed_page_is_counted_apart(self, get: Get) -> None:
        assert get("/broken/").status_code == 500
        counts = PageDay.objects.get()
        assert (counts.page.route, counts.visits, counts.failures) == ("/broken/", 0, 1)

    def test_form_answered_with_a_page_is_counted_apart(self) -> None:
        Client().post("/", headers=CHROME_HEADERS, secure=True)
        counts = PageDay.objects.get()
        assert (counts.visits, counts.submissions) == (0, 1)

    def test_page_confirmed_by_304_is_a_visit(self, get: Get) -> None:
        assert get("/conditional/", **{"if-none-match": '"same"'}).status_code == 304
        assert PageDay.objects.get().visits == 1

    @override_settings(ONVIF_PRIVACY_SITES=["testserver", "other.example.com"], ALLOWED_HOSTS=["*"])
    def test_installation_with_several_sites_tells_them_apart(self) -> None:
        for host in ("testserver", "other.example.com", "spoofed.example"):
            Client(headers=CHROME_HEADERS).get("/", secure=True, SERVER_NAME=host, HTTP_HOST=host)
        assert set(Page.objects.values_list("site")) == {("testserver",), ("other.example.com",), ("",)}


@pytest.mark.usefixtures("inline")
class TestLeftOut:
    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("/data/", "not_page"),
            ("/download/", "not_page"),
            ("/picture/", "not_page"),
            ("/nothing/", "not_page"),
            ("/moved/", "redirect"),
            ("/admin/login/", "admin"),
            ("/conversation/7/", "private"),
        ],
    )
    def test_what_is_no_page_or_private_is_left_out_and_counted(self, get: Get, address: str, reason: str) -> None:
        get(address)
        assert not Visit._default_manager.exists()
        assert reasons() == {reason: 1}

    @pytest.mark.parametrize("method", ["head", "options", "put", "delete"])
    def test_other_methods_are_left_out(self, method: str) -> None:
        getattr(Client(headers=CHROME_HEADERS), method)("/", secure=True)
        assert reasons() == {"method": 1}

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
        ],
    )
    def test_prefetch_is_left_out(self, get: Get, header: str, value: str) -> None:
        get("/", **{header: value})
        assert reasons() == {"prefetch": 1}

    def test_bot_is_left_out(self, get: Get) -> None:
        get("/", **{"user-agent": GOOGLEBOT})
        assert not Visit._default_manager.exists()
        assert reasons() == {"bot": 1}

    @override_settings(ONVIF_PRIVACY_VISITS_STAFF=False)
    def test_staff_is_left_out_where_the_page_knows_them(self) -> None:
        client = Client(headers=CHROME_HEADERS)
        client.force_login(StaffFactory())
        client.get("/personal/", secure=True)
        assert reasons() == {"staff": 1}

    @override_settings(ONVIF_PRIVACY_VISITS_STAFF=False)
    def test_page_that_does_not_ask_who_is_there_keeps_its_session_untouched(self) -> None:
        client = Client(headers=CHROME_HEADERS)
        client.force_login(StaffFactory())
        response = client.get("/", secure=True)
        assert not response.wsgi_request.session.accessed
        assert Visit._default_manager.count() == 1

    def test_staff_is_counted_by_default(self) -> None:
        client = Client(headers=CHROME_HEADERS)
        client.force_login(StaffFactory())
        client.get("/personal/", secure=True)
        assert Visit._default_manager.count() == 1


class TestPageDoesNotNotice:
    """V1: nothing is added to the page path."""

    @pytest.fixture(autouse=True)
    def _waiting(self, settings: Any) -> None:
        """Records wait; no thread writes them."""
        settings.ONVIF_PRIVACY_VISITS_RECORDING = "inline"

    @pytest.fixture(autouse=True)
    def _nothing_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("onvif_privacy.visits.middleware.write_now", lambda: None)

    @pytest.mark.parametrize("address", ["/", "/async/", "/products/camera/", "/no/such/page/", "/data/"])
    def test_no_query_no_cookie_no_vary_no_session(self, get: Get, address: str) -> None:
        with modify_settings(MIDDLEWARE={"remove": [MIDDLEWARE]}):
            bare = get(address)
        with CaptureQueriesContext(connection) as queries:
            ours = get(address)
        assert len(queries) == 0
        assert ours.content == bare.content
        assert dict(ours.items()) == dict(bare.items())
        assert not ours.cookies

    def test_one_record_waits(self, get: Get) -> None:
        get("/")
        assert recorder.pending == 1
        assert recorder.books().balanced


class TestFailsOpen:
    """R1, V5: whatever happens in here, the page goes out as it is."""

    PLACES = (
        "capture.record_of",
        "exclusions.of_page",
        "exclusions.of_view",
        "cleaning.referrer",
        "areas.of_request",
    )

    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("address", ["/", "/stream/", "/async/", "/missing/", "/broken/"])
    def test_error_inside_is_counted_once_and_the_page_is_the_same(
        self, get: Get, monkeypatch: pytest.MonkeyPatch, settings: Any, place: str, address: str
    ) -> None:
        settings.ONVIF_PRIVACY_VISITS_RECORDING = "inline"
        with modify_settings(MIDDLEWARE={"remove": [MIDDLEWARE]}):
            bare = get(address)

        def fail(*args: object, **kwargs: object) -> None:
            raise RuntimeError("planted")

        monkeypatch.setattr(f"onvif_privacy.visits.services.{place}", fail)
        ours = get(address)
        assert ours.status_code == bare.status_code
        assert dict(ours.items()) == dict(bare.items())
        assert recorder.books().dropped == {"internal_error": 1}
        assert recorder.books().balanced

    @pytest.mark.django_db(transaction=True)
    def test_missing_tables_do_not_break_a_page(self, get: Get, inline: None) -> None:
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


class TestSwitches:
    def test_nothing_is_recorded_under_a_test_runner_unless_asked(self, get: Get) -> None:
        assert planning.plan().mode == "off"
        get("/")
        assert recorder.books().dropped == {"disabled": 1}

    def test_environment_switches_recording_off(self, get: Get, inline: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(planning.KILL_SWITCH, "1")
        planning.plan.cache_clear()
        get("/")
        assert not Visit._default_manager.exists()
        assert recorder.books().dropped == {"disabled": 1}

    def test_middleware_without_its_app_says_what_to_install(self) -> None:
        with (
            modify_settings(INSTALLED_APPS={"remove": ["onvif_privacy.visits"]}),
            pytest.raises(ImproperlyConfigured, match="INSTALLED_APPS"),
        ):
            PageVisitMiddleware(lambda request: HttpResponse())

    def test_settings_are_read_again_when_they_change(self) -> None:
        before = capture.rules()
        with override_settings(ONVIF_PRIVACY_VISITS_STAFF=False):
            assert not capture.rules().staff
        assert capture.rules() == before


@pytest.mark.usefixtures("inline")
class TestTokens:
    """V8: 100 links of each kind that carries a token; no token in any table."""

    def test_tokens_in_addresses_enter_no_table(self, get: Get, request: pytest.FixtureRequest) -> None:
        # the async stack records by the same function, and each request takes a new event loop here
        number_of_links = 100 if "wsgi" in request.node.name else 20
        tokens = [f"c{number:04x}-{number * 7919:032x}" for number in range(number_of_links)]
        for token in tokens:
            get(f"/reset/MQ/{token}/")
            get(f"/unsubscribe/{token}/?email={token}")
            get(f"/rights/{token}/", referer=f"https://mail.example/read/{token}?t={token}")
            get(f"/enquiries/{token}/{token}/")
            get(f"/products/{token}/")

        stored = "\n".join(_every_text())
        assert "/unsubscribe/" in stored
        assert not [token for token in tokens if token in stored or token.partition("-")[2] in stored]


def _every_text() -> list[str]:
    return [
        str(value)
        for model in apps.get_app_config("onvif_privacy_visits").get_models()
        for row in model._default_manager.values_list()
        for value in row
    ]
