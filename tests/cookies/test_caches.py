"""Pages stay as cacheable as without the room, and pages that ask are kept by no shared cache."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from onvif_privacy.cookies.services import choice_cookies
from onvif_privacy.core.registry import NotDeclared
from tests.cookies.factories import choice_of, header_of
from tests.cookies.serving import HANDLERS

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

SITE_CACHE = [
    settings.MIDDLEWARE[0],
    "django.middleware.cache.UpdateCacheMiddleware",
    *settings.MIDDLEWARE[1:],
    "django.middleware.cache.FetchFromCacheMiddleware",
]


@pytest.fixture(autouse=True)
def _empty_cache() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


def test_page_that_asks_is_private_and_varies(send: Any, published: Any) -> None:
    answer = send("/asks/")
    assert answer.header("Cache-Control") == "private"
    assert {part.strip() for part in answer.header("Vary").split(",")} >= {"Cookie", "Sec-GPC"}


def test_silent_question_changes_no_header(send: Any, published: Any) -> None:
    answer = send("/silent/")
    assert answer.body == b"undecided"
    assert answer.header("Cache-Control") == ""
    assert "Sec-GPC" not in answer.header("Vary")


def test_page_that_does_not_ask_has_the_headers_of_a_site_without_the_room(send: Any, published: Any) -> None:
    with override_settings(MIDDLEWARE=settings.MIDDLEWARE[1:]):
        plain = send("/shop/")
    cookie = header_of(choice_of(preferences="+1", statistics="!"))
    for headers in ({}, {"Cookie": cookie}, {"Sec-GPC": "1"}):
        assert sorted(send("/shop/", headers=headers).headers) == sorted(plain.headers)


def visitors() -> list[Client]:
    """Return two visitors who have decided differently."""
    found = []
    for granted in (["statistics"], []):
        client = Client()
        client.cookies.load(choice_cookies(granted))
        found.append(client)
    return found


@pytest.mark.parametrize("address", ["/asks/", "/cached-asks/"])
@pytest.mark.parametrize("site_cache", [True, False])
def test_no_answer_crosses_from_one_visitor_to_another(published: Any, address: str, site_cache: bool) -> None:
    right = {True: b"granted", False: b"refused"}
    with override_settings(MIDDLEWARE=SITE_CACHE if site_cache else settings.MIDDLEWARE):
        clients, order = visitors(), random.Random(1)
        for _ in range(200):
            which = order.randrange(2)
            assert clients[which].get(address, secure=True).content == right[which == 0]


class SharedCache:
    """A proxy as RFC 9111 allows it: keeps what is public or says nothing, by address and by what ``Vary`` names."""

    def __init__(self, send: Any) -> None:
        self.send = send
        self.kept: dict[str, list[tuple[dict[str, str], Any]]] = {}
        self.hits = 0

    def get(self, address: str, headers: dict[str, str]) -> Any:
        """Answer from what is kept, else ask the site."""
        for secondary, answer in self.kept.get(address, []):
            if all(headers.get(name, "") == value for name, value in secondary.items()):
                self.hits += 1
                return answer
        answer = self.send(address, headers=headers)
        if not {"private", "no-store"} & {part.strip() for part in answer.header("Cache-Control").split(",")}:
            varies = [name.strip() for name in answer.header("Vary").split(",") if name.strip()]
            self.kept.setdefault(address, []).append(({name: headers.get(name, "") for name in varies}, answer))
        return answer


def test_shared_cache_mixes_nobody_up(published: Any) -> None:
    people = [{"Cookie": header_of(choice_of(statistics=said))} for said in ("+1", "!")] + [{}, {"Sec-GPC": "1"}]
    right = [b"granted", b"refused", b"undecided", b"undecided"]
    cache, order = SharedCache(HANDLERS["wsgi"]), random.Random(3)
    for _ in range(200):
        who = order.randrange(4)
        assert cache.get("/asks/", people[who]).body == right[who]
        assert cache.get("/shop/", people[who]).set_cookies == []
    assert cache.hits >= 190  # the page that does not ask is shared by all


def test_page_that_does_not_ask_is_still_cached(published: Any) -> None:
    with override_settings(MIDDLEWARE=SITE_CACHE):
        first, second = visitors()
        first.get("/cached/?a", secure=True)
        response = second.get("/cached/?a", secure=True)
    assert "max-age" in response.headers["Cache-Control"]
    assert "private" not in response.headers["Cache-Control"]


def test_cached_answer_with_an_optional_cookie_is_judged_for_each_visitor(published: Any) -> None:
    with override_settings(MIDDLEWARE=SITE_CACHE):
        grants, declines = Client(), Client()
        grants.cookies.load(choice_cookies(["preferences"]))
        declines.cookies.load(choice_cookies([]))
        assert "theme" in grants.get("/cached/?cookie=theme=1", secure=True).cookies
        assert "theme" not in declines.get("/cached/?cookie=theme=1", secure=True).cookies


def test_guarded_cookies_survive_pickling_and_copying(published: Any) -> None:
    import copy
    import pickle

    response = Client().get("/view/?cookie=sessionid=1", secure=True)
    for made in (pickle.loads(pickle.dumps(response.cookies)), copy.deepcopy(response.cookies)):
        assert [morsel.key for morsel in made.values()] == ["sessionid"]


def test_deletions_survive_pickling(published: Any) -> None:
    import pickle

    client = Client(headers={"cookie": "theme=1"})
    cookies = client.get("/shop/", secure=True).cookies
    lines = [morsel.OutputString() for morsel in cookies.values()]
    assert lines
    assert [morsel.OutputString() for morsel in pickle.loads(pickle.dumps(cookies)).values()] == lines


@pytest.mark.parametrize("address", ["/needs/", "/async-needs/"])
def test_view_that_needs_a_purpose_shows_the_notice_instead(send: Any, published: Any, address: str) -> None:
    answer = send(address)
    assert answer.status == 403
    assert "private" in answer.header("Cache-Control")
    answer = send(address, headers={"Cookie": header_of(choice_of(preferences="+1"))})
    assert (answer.status, answer.body) == (200, b"feature")
    assert "private" in answer.header("Cache-Control")


def test_misspelt_purpose_of_a_view_is_an_error(published: Any, rf: Any) -> None:
    from django.http import HttpResponse

    from onvif_privacy.cookies.views import requires_purpose

    with pytest.raises(NotDeclared):
        requires_purpose("preference")(lambda request: HttpResponse())(rf.get("/"))
