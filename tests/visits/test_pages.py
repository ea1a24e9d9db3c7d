"""Pages of a single-page application: told by a script of a kilobyte, counted by the rules of every page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from importlib import reload
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import NoReverseMatch, clear_url_caches, include, path, reverse

from onvif_privacy.visits import checks, urls
from onvif_privacy.visits.models import ExclusionDay, Page, PageDay, Referrer, Visit
from onvif_privacy.visits.services import pages
from onvif_privacy.visits.services.recorder import recorder
from onvif_privacy.visits.testing import inline
from tests import corpora
from tests.visits.factories import CHROME, StaffFactory

pytestmark = pytest.mark.django_db
PAGES = ["/app/", "/app/<slug:name>/", "/app/orders/<uuid:order>/"]
HEADERS = {"user-agent": CHROME, "sec-fetch-site": "same-origin"}


class Urls:
    """A site that mounts the room's addresses."""

    def __init__(self) -> None:
        self.urlpatterns = [path("privacy/visits/", include(urls))]


@pytest.fixture
def told() -> Iterator[Any]:
    """Tell the site of a page; gives the answer."""
    with override_settings(ONVIF_PRIVACY_VISITS_PAGES=PAGES):
        reload(urls)
        with override_settings(ROOT_URLCONF=Urls()):
            clear_url_caches()
            client = Client()

            def tell(place: str, headers: dict[str, str] | None = None, **extra: Any) -> Any:
                sent = HEADERS if headers is None else headers
                return client.post("/privacy/visits/page/", {"path": place}, headers=sent, secure=True, **extra)

            tell.client = client  # type: ignore[attr-defined]
            with inline():
                yield tell
    reload(urls)
    clear_url_caches()


def test_page_is_counted_by_its_pattern_and_nothing_else_of_it_is_kept(told: Any) -> None:
    token = uuid.uuid4()
    for place in ("/app/", "/app/settings/", f"/app/orders/{token}/"):
        answer = told(place)
        assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
        assert "no-store" in answer.headers["Cache-Control"]
    found = {page.route: page.path for page in Page.objects.exclude(route="")}
    assert found == {"/app/": "", "/app/<slug:name>/": "", "/app/orders/<uuid:order>/": ""}
    assert Referrer.objects.get().host == "internal"
    assert PageDay.objects.count() == 3
    assert not ExclusionDay.objects.exists()


@pytest.mark.parametrize(
    "place",
    ["", "/", "/other/", "/app/a b/", "app/", "//evil.example/app/", "/app/\n", "/app/x/?q=1", "/app/" + "a" * 5000],
)
def test_what_is_not_declared_is_left_out(told: Any, place: str) -> None:
    assert told(place).status_code == 204
    assert not Visit._default_manager.exists()
    assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {"not_page": 1}


def test_hostile_paths_change_nothing(told: Any) -> None:
    for text in [*corpora.texts("naughty-strings"), *(line.decode("latin-1") for line in corpora.lines("crlf"))]:
        assert told(text.encode("utf-8", "replace").decode()).status_code == 204
    assert recorder.books().balanced
    assert not recorder.books().dropped


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": CHROME, "sec-fetch-site": "cross-site"},
        {"user-agent": CHROME, "sec-fetch-site": "same-site"},
        {"user-agent": CHROME, "origin": "https://other.example"},
        {"user-agent": CHROME, "origin": "http://[::1"},
        {"user-agent": CHROME, "origin": "null"},
    ],
)
def test_other_sites_cannot_tell(told: Any, headers: dict[str, str]) -> None:
    assert told("/app/", headers).status_code == 204
    assert not Visit._default_manager.exists()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [({"user-agent": "curl/8.0"}, "bot"), ({"user-agent": CHROME, "sec-purpose": "prefetch;prerender"}, "prefetch")],
)
def test_rules_are_those_of_every_page(told: Any, headers: dict[str, str], reason: str) -> None:
    told("/app/", headers)
    assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {reason: 1}


def test_another_method_is_refused(told: Any) -> None:
    assert told.client.get("/privacy/visits/page/", secure=True).status_code == 405


def test_body_that_is_too_large_is_no_page(told: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert told("/app/" + "a" * 500).status_code == 204
    assert not Visit._default_manager.exists()


def test_site_without_such_pages_has_no_address_and_no_script() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("onvif_privacy_visits:page")
    assert Template("{% load privacy_visits %}{% visits_script %}").render(Context()) == ""
    assert pages.route_of("/app/") == ""


def test_script_is_printed_with_its_address_and_nonce(told: Any, rf: Any) -> None:
    request = rf.get("/")
    request.csp_nonce = 'n"1'
    text = Template("{% load privacy_visits %}{% visits_script %}").render(Context({"request": request}))
    assert 'data-to="/privacy/visits/page/"' in text
    assert 'nonce="n&quot;1"' in text
    assert "onvif_privacy/visits/page.js" in text


def test_script_weighs_a_kilobyte_at_most() -> None:
    place = finders.find("onvif_privacy/visits/page.js")
    assert isinstance(place, str)
    assert len(Path(place).read_bytes()) <= 1024


@pytest.mark.parametrize("page", ["app/", "/app/<nothing:x>/", "/<slug:a>/<slug:a>/"])
def test_pages_that_are_no_routes_are_an_error(settings: Any, page: str) -> None:
    settings.ONVIF_PRIVACY_VISITS_PAGES = ["/app/<slug:name>/"]
    assert checks.pages_are_routes(None) == []
    settings.ONVIF_PRIVACY_VISITS_PAGES = [page]
    assert [message.id for message in checks.pages_are_routes(None)] == ["onvif_privacy_visits.E003"]
    settings.ONVIF_PRIVACY_VISITS_PAGES = 7
    assert checks.pages_are_routes(None) == []


def test_staff_is_left_out_where_the_site_says_so(told: Any, settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_STAFF = False
    told.client.force_login(StaffFactory())
    told("/app/")
    assert not Visit._default_manager.exists()
    assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {"staff": 1}
