"""The page path: what is recorded of a request, and what is not. That the page does not notice: `test_unharmed`."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, modify_settings, override_settings

from onvif_privacy.visits.middleware import PageVisitMiddleware
from onvif_privacy.visits.models import ExclusionDay, Page, PageDay, Referrer, Visit
from onvif_privacy.visits.services import capture
from onvif_privacy.visits.services import plan as planning
from onvif_privacy.visits.services.recorder import recorder
from tests.visits.conftest import CHROME_HEADERS, Get
from tests.visits.factories import GOOGLEBOT, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.visits.urls")]

MIDDLEWARE = "onvif_privacy.visits.middleware.PageVisitMiddleware"


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
