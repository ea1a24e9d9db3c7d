"""A remembered device fills forms for its own person only, and betrays whoever copied its cookie."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.core.registry import Needs, temporarily
from onvif_privacy.core.testing.factories import DecisionFactory
from onvif_privacy.people import checks, services
from onvif_privacy.people.doors import PageSetting
from onvif_privacy.people.models import Device, PagePreference
from onvif_privacy.people.services import devices
from onvif_privacy.people.testing import AddressFactory, EmailFactory, ProfileFactory
from tests.people.forms import CheckoutForm

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.urls")]

SITE = [one for one in django_settings.MIDDLEWARE if not one.startswith("onvif_privacy.")]
LOOK = PageSetting("standards", "Look", {"list": "List", "grid": "Grid"})


@pytest.fixture(autouse=True)
def _switched_on(settings: Any) -> Iterator[None]:
    settings.MIDDLEWARE = [*SITE, devices.MIDDLEWARE]
    cache.clear()
    with temporarily(LOOK, Needs("tell", by="people")):
        yield
    cache.clear()


def remembered(user: User, *, granted: bool = True) -> str:
    """Remember a device of somebody with two addresses; returns its cookie."""
    person = subjects.for_user(user)
    ProfileFactory(subject=person, name=f"Name of {user.username}")
    for use in ("billing", "shipping"):
        AddressFactory(subject=person, use=use, line1=f"{use} road of {user.username}")
    if granted:
        DecisionFactory(subject=person, purpose=devices.PURPOSE)
    return services.remember_device(subject=person, user=user, agent="Mozilla/5.0 Firefox/140.0")


def browser(user: User | None = None, cookie: str = "") -> Client:
    client = Client()
    if user:
        client.force_login(user)
    if cookie:
        client.cookies[devices.COOKIE] = cookie
    return client


def text(client: Client, path: str = "/checkout/") -> str:
    return client.get(path, secure=True).content.decode()


def sign_in(client: Client, name: str) -> Any:
    data = {"username": name, "password": "correct horse"}
    return client.post("/accounts/login/?next=/checkout/", data, secure=True)


@pytest.mark.parametrize(
    ("signed_in", "strong", "token", "owner", "choice"), list(itertools.product([True, False], repeat=5))
)
def test_forms_are_filled_in_one_of_thirty_two_cases(
    signed_in: bool, strong: bool, token: bool, owner: bool, choice: bool, user: User, settings: Any
) -> None:
    settings.ONVIF_PRIVACY_PEOPLE_PREFILL_STRENGTH = "signed_in" if strong else "second_factor"
    other = User.objects.create_user("mallory")
    cookie = remembered(user, granted=choice)
    client = browser((user if owner else other) if signed_in else None, cookie if token else "")
    page = text(client)
    assert ("road of alice" in page) is all((signed_in, strong, token, owner, choice))
    assert ("Name of alice" in page) is all((signed_in, strong, token, owner, choice))


def test_withdrawn_and_restricted_fill_nothing(user: User) -> None:
    client = browser(user, remembered(user))
    assert "road of alice" in text(client)
    subjects.restrict(subjects.for_user(user))
    assert "road of alice" not in text(client)
    subjects.unrestrict(subjects.for_user(user))
    consent.withdraw(subject=subjects.for_user(user), purpose=devices.PURPOSE, method=Method.FORM, key=uuid.uuid4().hex)
    assert "road of alice" not in text(client)


def test_filled_form_says_so_and_offers_another_and_to_forget(user: User) -> None:
    client = browser(user, remembered(user))
    page = text(client)
    assert "Filled in from your saved address." in page
    assert 'href="?other=billing"' in page
    assert "billing road of alice" not in text(client, "/checkout/?other=billing")
    assert "shipping road of alice" in text(client, "/checkout/?other=billing")


def test_queries_of_a_filled_form(user: User, django_assert_num_queries: Any, rf: RequestFactory) -> None:
    request = rf.get("/checkout/", secure=True)
    request.COOKIES[devices.COOKIE] = remembered(user)
    request.user = user

    class Addresses(CheckoutForm):
        asks = {}

    with django_assert_num_queries(4):
        assert len(services.initial_for(request, Addresses).addresses) == 2


@pytest.mark.once
@pytest.mark.parametrize("path", ["/checkout/", "/cached/", "/public/"])
def test_no_cache_gives_one_persons_answer_to_another(path: str, user: User, settings: Any) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    other = User.objects.create_user("bob")
    people = {"alice": browser(user, remembered(user)), "bob": browser(other, remembered(other)), "": browser()}
    for _turn in range(4):
        for name, client in people.items():
            response = client.get(path, secure=True)
            page = response.content.decode()
            assert {one for one in ("alice", "bob") if f"road of {one}" in page} == ({name} - {""})
            assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
            assert "public" not in response["Cache-Control"]
            assert "Cookie" in response["Vary"]


class SharedCache:
    """A cache between people and the site, as RFC 9111 lets one be: it keeps what nothing forbids it to keep."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[dict[str, str], Any]]] = {}

    def get(self, client: Client, path: str) -> Any:
        cookies = "; ".join(f"{name}={one.value}" for name, one in sorted(client.cookies.items()))
        asked = {"cookie": cookies}
        for varied, response in self.kept.get(path, []):
            if all(asked.get(name) == value for name, value in varied.items()):
                return response
        response = client.get(path, secure=True)
        rules = {one.strip().partition("=")[0] for one in response.get("Cache-Control", "").split(",")}
        vary = {one.strip().lower() for one in response.get("Vary", "").split(",") if one.strip()}
        if response.status_code == 200 and "*" not in vary and rules.isdisjoint({"private", "no-store", "no-cache"}):
            self.kept.setdefault(path, []).append(({name: asked.get(name, "") for name in vary}, response))
        return response


class Careless(Client):
    """A site that answers by person and forbids no cache to keep it."""

    name = ""

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse(self.name)


def test_the_cache_of_these_tests_crosses_people_where_a_site_is_careless() -> None:
    shared, alice, bob = SharedCache(), Careless(), Careless()
    alice.name, bob.name = "alice", "bob"
    assert [shared.get(one, "/").content for one in (alice, bob)] == [b"alice", b"alice"]


@pytest.mark.full
@pytest.mark.parametrize("path", ["/checkout/", "/cached/", "/public/"])
def test_two_people_and_two_hundred_pages_through_every_cache(path: str, user: User, settings: Any) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    other, shared = User.objects.create_user("bob"), SharedCache()
    people = {"alice": browser(user, remembered(user)), "bob": browser(other, remembered(other))}
    crossed = 0
    for number in range(200):
        for name, client in list(people.items())[:: 1 if number % 2 else -1]:
            for turn in (path, f"{path}?page={number}"):
                page = shared.get(client, turn).content.decode()
                crossed += {one for one in people if f"road of {one}" in page} != {name}
    assert (crossed, shared.kept) == (0, {})


# The token


def test_cookie_is_set_by_a_button_over_https_after_the_words_were_shown(user: User) -> None:
    client = browser(user)
    assert devices.COOKIE not in client.get("/privacy/people/devices/remember/", secure=True).cookies
    response = client.post("/privacy/people/devices/remember/", secure=True)
    cookie = response.cookies[devices.COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert cookie["max-age"] == 180 * 86_400
    decision = consent.history(subjects.for_user(user), devices.PURPOSE).get()
    assert "random mark in this browser" in decision.notice.text  # type: ignore[union-attr]
    assert "Firefox" in services_of(client) or "A browser" in services_of(client)
    stored = Device.objects.get()
    for part in cookie.value.split("."):
        assert part not in (stored.series_mac, stored.token_mac)


def services_of(client: Client) -> str:
    return text(client, "/privacy/people/")


def test_without_https_nothing_is_remembered(user: User) -> None:
    response = browser(user).post("/privacy/people/devices/remember/")
    assert devices.COOKIE not in response.cookies
    assert not Device.objects.exists()


def test_refused_cookies_are_respected_where_the_room_cookies_is(user: User, settings: Any) -> None:
    settings.MIDDLEWARE = ["onvif_privacy.cookies.middleware.CookieMiddleware", *settings.MIDDLEWARE]
    response = browser(user).post("/privacy/people/devices/remember/", secure=True)
    assert "Your cookie settings do not allow this yet." in response.content.decode()
    assert not Device.objects.exists()


def test_token_changes_at_each_sign_in_and_the_old_one_holds_a_minute(user: User) -> None:
    client = browser(cookie=remembered(user))
    old = client.cookies[devices.COOKIE].value
    new = sign_in(client, "alice").cookies[devices.COOKIE].value
    assert old.split(".")[0] == new.split(".")[0]
    assert old != new
    for cookie in (old, new):
        assert "road of alice" in text(browser(user, cookie))
    assert "road of alice" in text(client)


@pytest.mark.parametrize("victims", [5, pytest.param(100, marks=pytest.mark.full)])
def test_replayed_token_revokes_the_device_and_its_person_is_told(victims: int) -> None:
    for number in range(victims):
        name = f"victim{number}"
        user = User.objects.create_user(name, password="correct horse")
        client = browser(cookie=remembered(user))
        old = client.cookies[devices.COOKIE].value
        for _time in range(1 + number % 3):  # also the token before the last
            sign_in(client, name)
        Device.objects.filter(subject__user=user).update(rotated_at=timezone.now() - timedelta(seconds=61))
        assert f"road of {name}" not in text(browser(user, old))
        assert Device.objects.get(subject__user=user).revoked_at is not None
        assert f"road of {name}" not in text(client)
        assert Telling.objects.filter(subject=subjects.for_user(user)).count() == 1


@pytest.mark.parametrize("number", [2, pytest.param(20, marks=pytest.mark.full)])
def test_changed_password_ends_every_device_and_the_next_run_removes_them(number: int, user: User) -> None:
    person, agent = subjects.for_user(user), "Mozilla/5.0 Firefox/140.0"
    cookies = [remembered(user)]
    cookies += [services.remember_device(subject=person, user=user, agent=agent) for _one in range(number - 1)]
    other = User.objects.create_user("bob")
    theirs = remembered(other)
    assert Device.objects.filter(subject__user=user).count() == number
    user.set_password("another horse")
    user.save()
    for cookie in cookies:
        assert "road of alice" not in text(browser(user, cookie))
    assert [result.outcome for result in run_due(names=("people.devices",))] == ["done"]
    assert not Device.objects.filter(subject__user=user).exists()
    assert "road of bob" in text(browser(other, theirs))


@pytest.mark.parametrize("value", ["", "x", "." * 60, "A" * 16 + "." + "B" * 43, "A" * 5000, "ä.ö"])
def test_forged_tokens_are_nobody(value: str, user: User) -> None:
    remembered(user)
    assert "road of alice" not in text(browser(user, value))
    assert Device.objects.get().revoked_at is None


def test_old_devices_are_dead_and_deleted(user: User) -> None:
    cookie = remembered(user)
    Device.objects.update(rotated_at=timezone.now() - timedelta(days=181))
    assert "road of alice" not in text(browser(user, cookie))
    assert devices.expire(10) is False
    assert not Device.objects.exists()


def test_devices_are_bounded(user: User) -> None:
    for _number in range(22):
        services.remember_device(subject=subjects.for_user(user), user=user)
    assert Device.objects.filter(revoked_at=None).count() == 20


def test_forgotten_device_loses_its_cookie_and_another_persons_is_missing(user: User) -> None:
    client = browser(user, remembered(user))
    bob = User.objects.create_user("bob")
    remembered(bob)
    theirs = Device.objects.get(subject__user=bob)
    mine = Device.objects.get(subject__user=user)
    assert client.post(f"/privacy/people/devices/{theirs.pk}/forget/", secure=True).status_code == 404
    response = client.post(f"/privacy/people/devices/{mine.pk}/forget/", secure=True)
    assert response.cookies[devices.COOKIE]["max-age"] == 0
    assert Device.objects.get(pk=mine.pk).revoked_at is not None
    assert Device.objects.get(pk=theirs.pk).revoked_at is None


def test_taking_the_choice_back_forgets_every_device(user: User, person: Subject) -> None:
    client = browser(user, remembered(user))
    remembered(user)
    client.post("/privacy/people/devices/forget/", secure=True)
    assert not Device.objects.filter(revoked_at=None).exists()
    assert consent.history(person, devices.PURPOSE)[0].outcome == Outcome.WITHDRAWN


def test_withdrawal_elsewhere_forgets_every_device(user: User, django_capture_on_commit_callbacks: Any) -> None:
    remembered(user)
    with django_capture_on_commit_callbacks(execute=True):
        consent.withdraw(
            subject=subjects.for_user(user), purpose=devices.PURPOSE, method=Method.FORM, key=uuid.uuid4().hex
        )
    assert not Device.objects.filter(revoked_at=None).exists()


# How pages look


def choose(client: Client, **data: str) -> int:
    return client.post("/privacy/people/preference/", {"next": "/look/", **data}, secure=True).status_code


def test_page_looks_as_it_was_left_without_signing_in(user: User) -> None:
    client = browser(cookie=remembered(user))
    assert "[list]" in text(client, "/look/")
    assert choose(client, page="standards", value="grid") == 303
    assert "[grid]" in text(client, "/look/")
    assert "road of alice" not in text(client)


def test_page_of_a_template_is_vouched_for_by_its_signature(user: User) -> None:
    from onvif_privacy.people.services.preferences import signed

    client = browser(cookie=remembered(user))
    vouched = signed("news", ["long", "short"])
    assert choose(client, page="news", value="short", vouched=vouched) == 303
    assert PagePreference.objects.get().value == "short"
    for wrong in (
        {"page": "news", "value": "evil", "vouched": vouched},
        {"page": "other", "value": "short", "vouched": vouched},
        {"page": "news", "value": "short", "vouched": f"{vouched}x"},
        {"page": "standards", "value": "tiles"},
        {"page": "\0", "value": "\0"},
    ):
        assert choose(client, **wrong) == 404
    assert PagePreference.objects.count() == 1


def test_unknown_devices_keep_nothing_and_cost_no_query(
    user: User, django_assert_num_queries: Any, rf: RequestFactory
) -> None:
    assert choose(browser(user), page="standards", value="grid") == 403
    from onvif_privacy.people.services.preferences import preference

    with django_assert_num_queries(0):
        assert preference(rf.get("/"), "standards") == "list"


def test_preference_never_leads_to_another_site(user: User) -> None:
    client = browser(cookie=remembered(user))
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        response = client.post(
            "/privacy/people/preference/", {"page": "standards", "value": "grid", "next": target}, secure=True
        )
        assert response["Location"] == "/privacy/people/"


def test_switched_off_there_is_no_page_and_no_look_up(user: User, settings: Any, rf: RequestFactory) -> None:
    cookie = remembered(user)
    settings.MIDDLEWARE = SITE
    assert browser(user).get("/privacy/people/devices/remember/", secure=True).status_code == 404
    assert "road of alice" not in text(browser(user, cookie))


def test_e004_names_views_that_fill_forms_without_the_middleware(settings: Any) -> None:
    assert checks.filled_forms_are_kept_by_no_cache(None) == []
    settings.MIDDLEWARE = SITE
    (found,) = checks.filled_forms_are_kept_by_no_cache(None)
    assert (found.id, "tests.people.urls.checkout" in found.msg) == ("onvif_privacy_people.E004", True)


def test_unproven_address_is_told_nothing(user: User, person: Subject) -> None:
    from onvif_privacy.core import contacts

    contact = EmailFactory(subject=person, value="alice@example.org")
    assert contacts.email(person, "operation") is None
    type(contact).objects.update(proven_at=timezone.now())
    assert contacts.email(person, "operation") == "alice@example.org"
