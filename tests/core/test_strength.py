"""How surely somebody signed in: what counts, for how long, for whom, and what asks for it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import admin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory, override_settings
from django.utils import timezone
from django.views import View

from onvif_privacy.core import subjects
from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.subjects.signing_in import SESSION_KEY
from onvif_privacy.core.views import StrengthRequired, action_requires_strength, requires_strength
from tests.core.factories import UserFactory

pytestmark = pytest.mark.django_db


def session() -> SessionBase:
    """Return a new session, saved."""
    made: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    made.create()
    return made


def visit(user: Any, path: str = "/secret/?page=2", **more: Any) -> HttpRequest:
    """Return a request of a person with a session."""
    request = RequestFactory().get(path, **more)
    request.user, request.session = user, session()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def second_factor(request: HttpRequest, minutes: int) -> Strength:
    """Judge as a site does whose people have a second factor."""
    found = subjects.by_password(request, minutes)
    return Strength.SECOND_FACTOR if found is Strength.RECENT and "otp" in request.GET else found


def says_yes(request: HttpRequest, minutes: int) -> Any:
    """Judge by a word that means nothing."""
    return "yes"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock."""

    start = timezone.now()

    def move(delta: timedelta) -> None:
        moment = start + delta
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move


def test_a_stranger_has_no_strength_and_signing_in_alone_is_not_recent() -> None:
    from django.contrib.auth.models import AnonymousUser

    assert subjects.strength(visit(AnonymousUser())) is Strength.NONE
    assert subjects.strength(RequestFactory().get("/")) is Strength.NONE
    assert subjects.strength(visit(UserFactory(is_active=False))) is Strength.NONE
    assert subjects.strength(visit(UserFactory())) is Strength.SIGNED_IN


def test_a_confirmation_counts_for_its_minutes_and_no_longer(later: Any) -> None:
    request = visit(UserFactory())
    key = request.session.session_key
    subjects.confirm(request)
    assert request.session.session_key != key
    assert subjects.strength(request) is Strength.RECENT
    later(timedelta(minutes=9, seconds=58))
    assert subjects.strength(request) is Strength.RECENT
    assert subjects.strength(request, minutes=5) is Strength.SIGNED_IN
    later(timedelta(minutes=12))
    assert subjects.strength(request) is Strength.SIGNED_IN
    with override_settings(ONVIF_PRIVACY_RECENT_MINUTES=30):
        assert subjects.strength(request) is Strength.RECENT


def test_a_confirmation_is_worth_nothing_to_anybody_else_after_a_new_password_or_before_its_time(later: Any) -> None:
    request = visit(UserFactory())
    subjects.confirm(request)
    mine, request.user = request.user, UserFactory()
    assert subjects.strength(request) is Strength.SIGNED_IN
    request.user = mine
    assert subjects.strength(request) is Strength.RECENT
    later(timedelta(minutes=-5))
    assert subjects.strength(request) is Strength.SIGNED_IN
    later(timedelta(0))
    mine.set_password("another")
    assert subjects.strength(request) is Strength.SIGNED_IN


@pytest.mark.parametrize("kept", [None, "now", 5, [], {}, {"at": "9999999999"}, {"at": 9_999_999_999}, {"at": True}])
def test_junk_in_a_session_is_no_confirmation(kept: object) -> None:
    request = visit(UserFactory())
    request.session[SESSION_KEY] = kept
    assert subjects.strength(request) is Strength.SIGNED_IN


def test_the_site_may_judge_by_a_function_of_its_own_that_must_answer_with_a_strength() -> None:
    request = visit(UserFactory(), "/?otp=1")
    with override_settings(ONVIF_PRIVACY_STRENGTH="tests.core.test_strength.second_factor"):
        assert subjects.strength(request) is Strength.SIGNED_IN
        subjects.confirm(request)
        assert subjects.strength(request) is Strength.SECOND_FACTOR
    with (
        override_settings(ONVIF_PRIVACY_STRENGTH="tests.core.test_strength.says_yes"),
        pytest.raises(ValueError, match="yes"),
    ):
        subjects.strength(request)


@requires_strength()
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


@requires_strength()
async def waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


class Page(StrengthRequired, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")


class Doing(admin.ModelAdmin):  # type: ignore[type-arg]
    @action_requires_strength()
    def erase(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return HttpResponse("secret")


@action_requires_strength()
def erase(modeladmin: Any, request: HttpRequest, queryset: Any) -> HttpResponse:
    return HttpResponse("secret")


WAYS: dict[str, Any] = {
    "view": plain,
    "async view": lambda request: async_to_sync(waiting)(request),
    "class": Page.as_view(),
    "action": lambda request: erase(None, request, None),
    "action of a class": lambda request: Doing.erase(None, request, None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.django_db(transaction=True)
def test_what_needs_a_recent_password_asks_first_and_then_answers(way: str) -> None:
    from django.contrib.auth.models import AnonymousUser

    stranger, request = visit(AnonymousUser()), visit(UserFactory())
    assert WAYS[way](stranger)["Location"] == "/accounts/login/?next=/secret/%3Fpage%3D2"
    asked = WAYS[way](request)
    assert (asked.status_code, asked["Location"]) == (302, "/privacy/again/?next=%2Fsecret%2F%3Fpage%3D2")
    subjects.confirm(request)
    assert WAYS[way](request).content == b"secret"


def test_an_action_says_that_it_was_not_done() -> None:
    request = visit(UserFactory())
    erase(None, request, None)
    assert [str(one) for one in request._messages] == [  # type: ignore[attr-defined]
        "Please confirm who you are. Then choose the rows and the action again."
    ]


def test_a_second_factor_is_asked_for_by_the_site_not_by_us() -> None:
    @requires_strength(Strength.SECOND_FACTOR)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")

    request = visit(UserFactory())
    assert view(request)["Location"].startswith("/privacy/again/")
    subjects.confirm(request)
    with pytest.raises(PermissionDenied, match="second factor"):
        view(request)
    with override_settings(ONVIF_PRIVACY_STRENGTH="tests.core.test_strength.second_factor"):
        request.GET = QueryDict("otp=1")
        assert view(request).content == b"secret"


@override_settings(ROOT_URLCONF="tests.statement.empty_urls")
def test_a_site_that_did_not_mount_the_page_is_told_the_line() -> None:
    with pytest.raises(ImproperlyConfigured, match=r'include\("onvif_privacy.urls"\)'):
        plain(visit(UserFactory()))


def test_every_strength_has_its_words() -> None:
    assert len({str(one.label) for one in Strength}) == 4
