"""System checks of the room."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

from onvif_privacy.core.registry import purposes
from onvif_privacy.visits.checks import MIDDLEWARE, somebody_asks_for_interests


def ids() -> set[str | None]:
    return {message.id for message in run_checks() if (message.id or "").startswith("onvif_privacy_visits")}


def test_defaults_are_clean() -> None:
    assert ids() == set()


def test_missing_middleware_is_named() -> None:
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != MIDDLEWARE]):
        assert ids() == {"onvif_privacy_visits.W001"}


def test_middleware_behind_it_is_named() -> None:
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "django.middleware.gzip.GZipMiddleware"]):
        assert ids() == {"onvif_privacy_visits.W002"}


@pytest.mark.parametrize(("interests", "cookies", "found"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_interests_that_nobody_asks_for_are_named(
    interests: bool, cookies: bool, found: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONVIF_PRIVACY_VISITS_INTERESTS = interests
    monkeypatch.setattr(apps, "is_installed", lambda name: cookies)
    assert [message.id for message in somebody_asks_for_interests(None)] == ["onvif_privacy_visits.W004"] * found


@pytest.mark.parametrize(
    "value",
    [
        {"RECORDING": "sometimes"},
        {"STAFF": "False"},
        {"PUBLIC_CONTENT": "news:*"},
        {"BUFFER_VISITS": 0},
        {"RAW_DAYS": "90"},
    ],
)
def test_settings_of_the_wrong_type_are_found(value: dict[str, object]) -> None:
    with override_settings(**{f"ONVIF_PRIVACY_VISITS_{name}": wrong for name, wrong in value.items()}):
        assert "onvif_privacy.E007" in {message.id for message in run_checks()}


def test_purpose_is_declared_and_offered() -> None:
    purpose = purposes.get("popularity")
    assert (purpose.device, purpose.reader, purpose.clause) == (True, "visits", "popularity")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, {"onvif_privacy_visits.W003"}),
        ({b"processes": b"2"}, {"onvif_privacy_visits.W003"}),
        ({b"enable-threads": True}, set()),
        ({"threads": "2"}, set()),
    ],
)
def test_uwsgi_without_threads_is_named(
    monkeypatch: pytest.MonkeyPatch, options: dict[object, object], found: set[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(opt=options))
    assert ids() == found
