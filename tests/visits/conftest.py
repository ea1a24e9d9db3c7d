"""What the tests of the room share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from pytest_django import Settings

from onvif_privacy.visits.services import areas, dictionary, popular, salts
from onvif_privacy.visits.services.recorder import recorder
from tests.visits.factories import CHROME

CHROME_HEADERS = {"user-agent": CHROME, "accept": "text/html"}
Get = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Each test finds the recorder and the caches as a process that has just started."""
    recorder.begin_anew()
    dictionary.forget()
    popular.forget()
    areas.places.forget()
    salts.forget()
    yield
    salts.forget()
    recorder.begin_anew()


@pytest.fixture
def inline(settings: Settings) -> None:
    """Visits are written at once, in the thread of the page."""
    settings.ONVIF_PRIVACY_VISITS_RECORDING = "inline"
    settings.ROOT_URLCONF = "tests.visits.urls"


@pytest.fixture
def browser() -> dict[str, str]:
    """Headers of an ordinary browser."""
    return {"user-agent": CHROME, "accept": "text/html,application/xhtml+xml"}


@pytest.fixture(params=["wsgi", "asgi"])
def get(request: pytest.FixtureRequest) -> Get:
    """GET an address as an ordinary browser, through the sync and the async stack."""

    def ask(address: str, **headers: str) -> Any:
        given = CHROME_HEADERS | headers
        if request.param == "wsgi":
            return Client(raise_request_exception=False).get(address, headers=given, secure=True)
        client = AsyncClient(raise_request_exception=False)
        return async_to_sync(client.get)(address, headers=given, secure=True)

    return ask
