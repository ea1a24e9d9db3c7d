"""The database is away: declining works, withdrawing works and is recorded later, granting is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from onvif_privacy.cookies.services import running
from onvif_privacy.core.models import Decision
from tests.cookies.serving import HANDLERS
from tests.cookies.test_deciding import JSON, OWN, fields, granted, kept, post

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    return HANDLERS[request.param]


@contextmanager
def stopped() -> Iterator[None]:
    """Let every statement fail as it does when the server is gone."""

    def fail(*args: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(fail):
        yield


def test_refusal_holds(send: Any, published: Any) -> None:
    with stopped():
        answer = post(send, "decline", next="/shop/")
    assert (answer.status, answer.header("Location")) == (303, "/shop/")
    assert granted(answer) == set()


def test_grant_is_503_without_a_cookie(send: Any, published: Any) -> None:
    with stopped():
        for headers in (OWN, JSON):
            answer = post(send, "accept", headers=headers)
            assert (answer.status, answer.names) == (503, [])
            assert int(answer.header("Retry-After")) > 0
    assert not Decision.objects.exists()


def test_grant_on_a_newer_page_is_503_too(send: Any, published: Any) -> None:
    data = {**fields(), "policy": 2, "action": "accept"}
    with stopped():
        answer = send("/privacy/cookies/choice/", method="POST", data=data, headers=OWN)
    assert (answer.status, answer.names) == (503, [])
    assert running.current().number == 1


def test_withdrawal_holds_at_once_and_is_recorded_after_the_return(send: Any, published: Any) -> None:
    cookie = kept(post(send, "accept"))
    with stopped():
        answer = post(send, "withdraw", cookie=cookie, surface="page")
    assert (answer.status, granted(answer)) == (303, set())
    waiting = kept(answer)
    assert next(line for line in answer.set_cookies if "state" in line).partition(";")[0].endswith("|w")
    assert not Decision.objects.filter(outcome="withdrawn").exists()
    with stopped():
        again = kept(post(send, "record", headers=JSON, cookie=waiting))
    assert again.endswith("|w")
    answer = post(send, "record", headers=JSON, cookie=again)
    assert Decision.objects.filter(outcome="withdrawn").count() == 3
    assert not kept(answer).endswith("|w")
    assert "|r|:" in kept(answer)


def test_partial_withdrawal_waits_without_giving_up_the_rest(send: Any, published: Any) -> None:
    cookie = kept(post(send, "accept"))
    with stopped():
        answer = post(send, "withdraw", cookie=cookie, surface="page", purpose=["marketing"])
    assert granted(answer) == {"preferences", "statistics"}
    answer = post(send, "record", headers=JSON, cookie=kept(answer))
    assert granted(answer) == {"preferences", "statistics"}
    assert [one.purpose for one in Decision.objects.filter(outcome="withdrawn")] == ["marketing"]


@pytest.mark.parametrize("address", ["/privacy/cookies/state.css", "/privacy/cookies/"])
def test_withdrawal_is_recorded_without_a_script_too(send: Any, published: Any, address: str) -> None:
    cookie = kept(post(send, "accept"))
    with stopped():
        waiting = kept(post(send, "withdraw", cookie=cookie, surface="page"))
    answer = send(address, headers={"Cookie": waiting})
    assert answer.status == 200
    assert Decision.objects.filter(outcome="withdrawn").count() == 3
    assert not kept(answer).endswith("|w")


def test_policy_that_cannot_be_loaded_grants_nothing_and_shows_no_bar(send: Any, published: Any) -> None:
    cookie = kept(post(send, "accept"))
    with stopped():
        running.load()
    assert not running.current().reachable
    page = send("/template/?cookie=theme=1", headers={"Cookie": cookie})
    assert page.names == []
    assert b"privacy-bar" not in page.body
    running.load()
    assert b"privacy-bar" in send("/template/").body


def test_site_that_was_not_migrated_keeps_its_cookies(items: Any) -> None:
    def lacks(execute: Any, sql: str, *rest: Any) -> Any:
        if "onvif_privacy_cookies" in sql:
            raise OperationalError("no such table")
        return execute(sql, *rest)

    before = connection.introspection.table_names
    try:
        connection.introspection.table_names = lambda *args, **kwargs: []  # type: ignore[method-assign]
        with connection.execute_wrapper(lacks):
            policy = running.load()
    finally:
        connection.introspection.table_names = before  # type: ignore[method-assign]
    assert (policy.reachable, policy.published) == (True, False)
