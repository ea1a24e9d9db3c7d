"""A site with an address of its own, a clean slate in memory, and a real mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from onvif_privacy.core import limits
from tests.smtp import Server, smtp_server


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://news.example.com"
    settings.ONVIF_PRIVACY_SITES = ["news.example.com"]
    settings.ONVIF_PRIVACY_OUTREACH_FROM = "Example <news@example.com>"
    limits.reset()


@pytest.fixture
def server() -> Iterator[Server]:
    """Run a mail server of this test's own."""
    with smtp_server() as running:
        yield running
