"""The page that asks for the password once more, and everything a hostile visitor sends to it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client, override_settings
from django.urls import reverse
from django.views.debug import ExceptionReporter
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.core import limits
from onvif_privacy.core.subjects.signing_in import SESSION_KEY
from onvif_privacy.core.views import again
from tests import corpora
from tests.core.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PASSWORD = "correct horse"
PAGE = "/privacy/again/"


@pytest.fixture
def person() -> Any:
    made = UserFactory(username="ann")
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def signed_in(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def confirmed(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_the_right_password_confirms_and_leads_back(signed_in: Client) -> None:
    page = signed_in.get(PAGE, {"next": "/privacy/data/?a=1&b=2"})
    assert 'value="/privacy/data/?a=1&amp;b=2"' in page.content.decode()
    before = signed_in.session.session_key
    answer = signed_in.post(PAGE, {"password": PASSWORD, "next": "/privacy/data/?a=1&b=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/privacy/data/?a=1&b=2")
    assert confirmed(signed_in)
    assert signed_in.session.session_key != before


@pytest.mark.parametrize("wrong", ["", "wrong", PASSWORD + " ", " " + PASSWORD, "a\0b", "x" * 5000, PASSWORD.upper()])
def test_a_wrong_password_confirms_nothing_and_is_not_shown_again(signed_in: Client, wrong: str) -> None:
    answer = signed_in.post(PAGE, {"password": wrong, "next": "/a/"})
    assert answer.status_code == 403
    assert not confirmed(signed_in)
    page = answer.content.decode()
    assert "This is not your password." in page
    assert 'aria-describedby="id_password_error"' in page
    assert 'value="/a/"' in page
    assert not wrong.strip("\0 ") or f'"{wrong}"' not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_answer_is_stored_anywhere(signed_in: Client, method: str) -> None:
    answer = getattr(signed_in, method)(PAGE, {"password": "wrong"})
    assert {"no-store", "private"} <= {part.strip() for part in answer["Cache-Control"].split(",")}


def test_a_stranger_signs_in_first_and_comes_back_here(client: Client) -> None:
    answer = client.get(PAGE, {"next": "/a/"})
    assert answer["Location"] == "/accounts/login/?next=/privacy/again/%3Fnext%3D%252Fa%252F"
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 302


def test_an_account_without_a_password_is_told_so_whatever_it_sends(client: Client) -> None:
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    for answer in (client.get(PAGE), client.post(PAGE, {"password": "!"})):
        page = answer.content.decode()
        assert "has no password on this site" in page
        assert "privacy@example.com" in page
        assert 'name="password"' not in page
    assert not confirmed(client)


def test_another_persons_password_is_not_mine(signed_in: Client) -> None:
    other = UserFactory()
    other.set_password("other")
    other.save()
    assert signed_in.post(PAGE, {"password": "other", "username": other.username}).status_code == 403
    assert not confirmed(signed_in)


def test_after_five_tries_even_the_right_password_waits(signed_in: Client, person: Any) -> None:
    for _ in range(5):
        assert signed_in.post(PAGE, {"password": "wrong"}).status_code == 403
    answer = signed_in.post(PAGE, {"password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Too many tries" in answer.content.decode()
    assert not confirmed(signed_in)
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")  # another network guesses no further for the same account
    elsewhere.force_login(person)
    assert elsewhere.post(PAGE, {"password": PASSWORD}).status_code == 429
    limits.reset()
    assert signed_in.post(PAGE, {"password": PASSWORD}).status_code == 302


def test_one_network_cannot_try_many_accounts() -> None:
    answers = []
    for _ in range(5):
        client = Client(REMOTE_ADDR="198.51.100.20")
        client.force_login(UserFactory())
        answers += [client.post(PAGE, {"password": "guess"}).status_code for _try in range(5)]
    assert 429 in answers[20:]


def test_a_form_from_elsewhere_is_refused(person: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 403
    assert not confirmed(client)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(signed_in: Client, method: str) -> None:
    assert getattr(signed_in, method)(PAGE).status_code == 405


def strange_targets() -> list[str]:
    found = [
        "//evil.example",
        "https://evil.example/",
        "https:///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ]
    found += ["/a\r\nSet-Cookie: x=1", "/\t/evil.example", "", "a/b", "\ud800", "/" + "x" * 3000]
    for corpus in ("open-redirect", "open-redirect-parameters"):
        if corpora.folder():
            found += [line.decode("utf-8", "replace") for line in corpora.lines(corpus)]
    return found


def test_the_way_back_never_leaves_the_host(signed_in: Client) -> None:
    left = []
    for target in strange_targets():
        limits.reset()
        data = {"password": PASSWORD, "next": target.encode("utf-8", "replace").decode()}
        address = signed_in.post(PAGE, data)["Location"]
        if not address.startswith("/") or address.startswith(("//", "/\\")) or "\n" in address:
            left.append(target)
    assert left == []


@override_settings(ALLOWED_HOSTS=["testserver", "evil.example"])
def test_an_absolute_address_is_not_followed_even_on_this_host(signed_in: Client) -> None:
    answer = signed_in.post(PAGE, {"password": PASSWORD, "next": "https://testserver/a/"})
    assert answer["Location"] == "/accounts/profile/"


class Broken:
    """A directory that does not answer."""

    @sensitive_variables()
    def authenticate(self, request: Any, username: str = "", password: str = "") -> None:
        raise RuntimeError("the directory does not answer")


def test_the_password_reaches_no_log_and_no_error_report(signed_in: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reports: list[str] = []

    def report(sender: object, request: Any, **kwargs: object) -> None:
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    signed_in.raise_request_exception = False
    backends = [f"{__name__}.Broken", "django.contrib.auth.backends.ModelBackend"]
    got_request_exception.connect(report)
    try:
        with override_settings(AUTHENTICATION_BACKENDS=backends):
            assert signed_in.post(PAGE, {"password": "hush hush"}).status_code == 500
    finally:
        got_request_exception.disconnect(report)
    assert "the directory does not answer" in reports[0]
    assert "hush hush" not in caplog.text + reports[0]


def test_visits_leave_the_page_out() -> None:
    assert again.onvif_privacy_private is True  # type: ignore[attr-defined]


def test_the_page_costs_what_a_session_costs(signed_in: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # session and user
        signed_in.get(PAGE)


def test_the_address_is_the_one_the_documentation_names() -> None:
    assert reverse("onvif_privacy:again") == PAGE
