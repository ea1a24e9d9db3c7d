"""What the tests of this room share: a process that has forgotten its policy, and items worth deciding about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from onvif_privacy.cookies.services import counting, findings, publishing, running
from onvif_privacy.core import limits
from onvif_privacy.core.registry import DeviceItem, purposes, temporarily
from tests.cookies.factories import device_item

OURS = ("necessary", "preferences", "statistics", "marketing")


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Let each test begin like a process that has just started."""
    running.install(None)
    findings.buffer.drain()
    counting.buffer.drain()
    limits.reset()
    others = [replace(one, retired=True) for one in purposes.all() if one.device and one.slug not in OURS]
    with temporarily(*others):  # what other rooms ask about is their own tests' business
        yield
    running.install(None)
    findings.buffer.drain()
    counting.buffer.drain()


@pytest.fixture
def items() -> Iterator[dict[str, DeviceItem]]:
    """Declare one item for each optional purpose; ``marketing`` belongs to another organisation."""
    declared = {
        "preferences": device_item("theme", "preferences"),
        "statistics": device_item("_pk_id.*", "statistics", duration=timedelta(days=393)),
        "marketing": device_item("ads", "marketing", hosts=("ads.example",), party="ads"),
    }
    with temporarily(*declared.values()):
        yield declared


@pytest.fixture
def publish(db: None) -> Callable[..., Any]:
    """Publish the drafts and run them in this process."""

    def publish(**kwargs: Any) -> Any:
        version = publishing.publish(**kwargs)
        running.load()
        return version

    return publish


@pytest.fixture
def published(items: dict[str, DeviceItem], publish: Callable[..., Any]) -> Any:
    """Publish the three items."""
    return publish()
