"""Whoever allowed something finds their receipts from the settings page; who declined is known to nobody."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import include, path

from onvif_privacy.cookies.testing import decide
from onvif_privacy.core import receipts
from onvif_privacy.core.models import Decision
from tests.cookies.test_deciding import CHOICE, OWN, fields

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db, pytest.mark.usefixtures("published")]

SETTINGS, RECEIPTS = "/privacy/cookies/", "/privacy/receipts/"


@pytest.fixture
def browser() -> Client:
    return Client(headers=OWN)


def choose(browser: Client, action: str, **data: Any) -> None:
    answer = browser.post(CHOICE, {**fields("page"), "action": action, **data}, secure=True)
    assert answer.status_code == 303


def page(browser: Client, address: str) -> str:
    return browser.get(address, secure=True).content.decode()


def links(browser: Client) -> list[str]:
    return re.findall(r'href="(/privacy/receipts/[0-9a-f-]{36}\.json)"', page(browser, RECEIPTS))


def test_who_allowed_something_finds_a_receipt_of_each_decision(browser: Client) -> None:
    choose(browser, "save", purpose=["statistics"])
    assert f'href="{RECEIPTS}"' in page(browser, SETTINGS)
    files = [browser.get(link, secure=True).content for link in links(browser)]
    assert len(files) == Decision.objects.count() == 3
    assert all(receipts.verify(file) for file in files)
    assert any(b'"dpv:ConsentGiven"' in file for file in files)
    assert "Statistics: granted" in page(browser, RECEIPTS)
    assert "https://testserver/privacy/cookies/" in page(browser, RECEIPTS)


@pytest.mark.parametrize("before", [False, True], ids=["at once", "after allowing"])
def test_who_declined_has_none_and_is_shown_none(browser: Client, before: bool) -> None:
    if before:
        choose(browser, "accept")
        known = links(browser)
        assert known
    choose(browser, "decline")
    assert RECEIPTS not in page(browser, SETTINGS)
    assert browser.get(RECEIPTS, secure=True).status_code == 404
    if before:
        assert browser.get(known[0], secure=True).status_code == 404


def test_another_browser_cannot_open_them(browser: Client) -> None:
    choose(browser, "accept")
    [link, *_others] = links(browser)
    stranger, other = Client(), Client(headers=OWN)
    choose(other, "accept")
    for one in (stranger, other):
        assert one.get(link, secure=True).status_code == 404
    assert stranger.get(RECEIPTS, secure=True).status_code == 404
    assert link not in links(other)


def test_a_choice_that_was_tampered_with_opens_nothing(browser: Client) -> None:
    choose(browser, "accept")
    victim = links(browser)
    cookie = browser.cookies["__Host-privacy_choice"].value
    thief = Client()
    decide(thief, granted=["statistics"])  # valid, of nobody on record
    assert thief.get(RECEIPTS, secure=True).status_code == 404
    thief.cookies["__Host-privacy_choice"] = cookie[:-1] + ("A" if cookie[-1] != "A" else "B")
    assert thief.get(RECEIPTS, secure=True).status_code == 404
    assert thief.get(victim[0], secure=True).status_code == 404


def test_what_was_taken_back_keeps_its_receipt_while_something_is_allowed(browser: Client) -> None:
    choose(browser, "accept")
    choose(browser, "withdraw", purpose=["marketing"])
    assert len(links(browser)) == 4
    shown = page(browser, RECEIPTS)
    assert "Marketing: withdrawn" in shown
    assert shown.count("replaced by a later decision") == 1


def test_the_settings_page_stands_where_the_kernels_pages_are_not_mounted(browser: Client) -> None:
    choose(browser, "accept")
    alone = ModuleType("alone")
    alone.urlpatterns = [path("privacy/cookies/", include("onvif_privacy.cookies.urls"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=alone):
        assert RECEIPTS not in page(browser, SETTINGS)
