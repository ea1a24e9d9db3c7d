"""Purposes that every test of the kernel may decide on, a clean slate in memory, a controller and a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import settings

from onvif_privacy.core import limits
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.testing import temporarily
from tests.smtp import Server, smtp_server

# Time is measured by benchmarks; a slow machine fails no property.
settings.register_profile("core", deadline=None)
settings.load_profile("core")

PURPOSES = (
    Purpose("newsletter", label="News", text="We write to you.", basis=Basis.CONSENT, clause="outreach"),
    Purpose("statistics", label="Visits", text="We count.", basis=Basis.CONSENT, clause="cookies_choice", device=True),
    Purpose("advice", label="Advice", text="We call.", basis=Basis.LEGITIMATE_INTERESTS, clause="use", default=True),
)

# A controller that a receipt can name in full.
CONTROLLER = {
    "ONVIF_PRIVACY_ADDRESS": "1 Example Street, Example",
    "ONVIF_PRIVACY_PHONE": "+49 30 1234567",
    "ONVIF_PRIVACY_COUNTRY": "DE",
    "ONVIF_PRIVACY_BASE_URL": "https://www.example.org",
}


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    limits.reset()
    with temporarily(*PURPOSES):
        yield


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a mail server of this test's own."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def controller() -> Iterator[None]:
    """Let the site have an address and a telephone."""
    with override_settings(**CONTROLLER):
        yield
