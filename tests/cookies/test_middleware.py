"""Every request: cheap, silent, and never the reason why a page breaks."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from onvif_privacy.cookies.middleware import CookieMiddleware
from onvif_privacy.cookies.services import (
    choice,
    expiring,
    findings,
    guard,
    judging,
    request_cookies,
    running,
    set_cookie,
    visitor,
)
from tests.cookies.factories import choice_of, header_of
from tests.cookies.serving import HANDLERS

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


@pytest.mark.parametrize("header", ["", "decided", "left"])
def test_request_costs_no_query_no_cache_and_no_file(
    published: Any, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    from django.core.cache.backends.locmem import LocMemCache

    cookies = {"": "", "decided": header_of(choice_of(preferences="+1")), "left": "_pk_id.1=2; theme=1; other=3"}[
        header
    ]
    headers: dict[str, str] = {"Cookie": cookies} if cookies else {}
    HANDLERS["wsgi"]("/shop/", headers=headers)  # Django itself imports and reads on its first request

    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a request must not do this")

    with monkeypatch.context() as patch, django_assert_num_queries(0):
        for name in ("get", "set", "add", "get_many"):
            patch.setattr(LocMemCache, name, forbidden)
        patch.setattr(builtins, "open", forbidden)
        for _ in range(1000):
            assert HANDLERS["wsgi"]("/shop/", headers=headers).status == 200


CALLS = [
    (running, "current"),
    (visitor, "verdict"),
    (visitor.VisitorPrivacy, "__init__"),
    (choice, "read_all"),
    (choice, "cookie_names"),
    (request_cookies, "header"),
    (request_cookies, "pairs"),
    (guard, "hold"),
    (guard, "judge"),
    (guard, "enforcing"),
    (guard, "stale_own"),
    (guard, "page_deletions"),
    (guard, "may_carry_deletions"),
    (guard, "place_of"),
    (guard.Guard, "__init__"),
    (guard.Guard, "_report"),
    (guard.GuardedCookies, "enforce"),
    (judging, "outside"),
    (set_cookie.SetCookie, "remaining"),
    (expiring, "variants"),
    (expiring, "fill"),
    (findings, "report"),
    (findings, "_seen"),
]
VIEWS = [
    "/view/?cookie=sessionid=1",
    "/async/?cookie=sessionid=1",
    "/broken/",
    "/missing/?cookie=sessionid=1",
    "/redirect/?cookie=sessionid=1",
    "/streaming/",
    "/session/",
]


def _seen(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return what a visitor gets, optional cookies and session secrets aside."""
    headers = [
        (name, value.strip().partition("=")[0] if name == "Set-Cookie" else value) for name, value in answer.headers
    ]
    return answer.status, answer.body, sorted(headers)


@pytest.mark.parametrize("owner_and_name", CALLS, ids=lambda pair: f"{pair[0].__name__}.{pair[1]}")
def test_error_inside_the_room_leaves_the_page_as_without_it(
    send: Any, published: Any, monkeypatch: pytest.MonkeyPatch, owner_and_name: tuple[Any, str]
) -> None:
    """R1."""
    for address in VIEWS:
        _assert_unharmed(send, address, monkeypatch, *owner_and_name)


def _assert_unharmed(send: Any, address: str, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    headers = {"Cookie": f"{header_of(choice_of(statistics='!'))}; theme=1; stranger=1"}
    with override_settings(MIDDLEWARE=settings.MIDDLEWARE[1:]):
        plain = _seen(send(address, headers=headers))

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, broken)
        answer = send(address, headers=headers)
    status, body, lines = _seen(answer)
    deletions = {("Set-Cookie", "theme"), ("Cache-Control", "private, no-store")}
    assert (status, body) == plain[:2]
    assert set(lines) - deletions == set(plain[2])


@pytest.mark.parametrize("owner_and_name", CALLS, ids=lambda pair: f"{pair[0].__name__}.{pair[1]}")
def test_error_inside_the_room_lets_no_optional_cookie_leave(
    send: Any, published: Any, monkeypatch: pytest.MonkeyPatch, owner_and_name: tuple[Any, str]
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(*owner_and_name, broken)
        assert send("/view/?cookie=theme=1").names == []


def test_errors_are_counted(send: Any, published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(guard, "hold", broken)
        send("/view/")
    assert [seen.kind for seen in findings.buffer.drain()] == ["internal_error"]


def test_signing_in_works(published: Any, django_user_model: Any) -> None:
    django_user_model.objects.create_superuser("staff", password="secret")
    client = Client()
    data = {"username": "staff", "password": "secret", "next": "/admin/"}
    assert client.post("/admin/login/", data, secure=True).status_code == 302
    assert client.get("/admin/", secure=True).status_code == 200


def test_gpc_is_announced_at_the_well_known_address(send: Any, published: Any) -> None:
    answer = send("/.well-known/gpc.json")
    assert json.loads(answer.body) == {"gpc": True, "lastUpdate": published.published_at.date().isoformat()}
    assert answer.header("Content-Type") == "application/json"
    with override_settings(ONVIF_PRIVACY_COOKIES_GPC=False):
        assert send("/.well-known/gpc.json").status == 404


def test_error_in_the_word_on_gpc_is_as_if_there_was_none(
    send: Any, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("onvif_privacy.cookies.middleware.gpc", broken)
    assert send("/.well-known/gpc.json").status == 404
    assert [seen.kind for seen in findings.buffer.drain()] == ["internal_error"]


def test_middleware_refuses_to_start_without_its_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onvif_privacy.cookies.middleware.installed", lambda app: False)
    with pytest.raises(ImproperlyConfigured, match="INSTALLED_APPS"):
        CookieMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]


def test_suggestion_to_paste_is_made_once_before_the_first_publishing(
    send: Any, items: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onvif_privacy.cookies.services import paste

    monkeypatch.setattr(paste, "_said", set())
    with override_settings(DEBUG=True):
        for _ in range(2):
            send("/view/?cookie=basket=1&path=/shop")
    lines = [record.getMessage() for record in caplog.records if record.name == "onvif_privacy.cookies"]
    assert len(lines) == 1
    for part in ("'basket'", "tests.cookies.urls.view", "declare(DeviceItem(", "duration=SESSION", "paths=('/shop',)"):
        assert part in lines[0]
