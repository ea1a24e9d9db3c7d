"""The lifespan of an ASGI server."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync

from onvif_privacy.visits.asgi import Lifespan
from onvif_privacy.visits.services.recorder import recorder
from tests.visits.factories import RecordFactory


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def application(asked: list[str]) -> Lifespan:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["type"])

    return Lifespan(inner)


def test_shutdown_settles_what_waits_before_it_is_confirmed(application: Lifespan, asked: list[str]) -> None:
    messages = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[tuple[str, int]] = []

    async def receive() -> dict[str, str]:
        return {"type": next(messages)}

    async def send(message: Any) -> None:
        sent.append((message["type"], recorder.pending))

    recorder.put(RecordFactory())
    async_to_sync(application)({"type": "lifespan"}, receive, send)

    assert sent == [("lifespan.startup.complete", 1), ("lifespan.shutdown.complete", 0)]
    assert recorder.books().balanced
    assert asked == []


def test_everything_else_goes_to_the_application(application: Lifespan, asked: list[str]) -> None:
    async_to_sync(application)({"type": "http"}, None, None)  # type: ignore[arg-type]
    assert asked == ["http"]
