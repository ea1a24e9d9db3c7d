"""A site with a message board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from onvif_privacy.community.services import register


@pytest.fixture(autouse=True)
def _site(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.community.urls"
    settings.ONVIF_PRIVACY_COMMUNITY_GUARD = "enforce"
    settings.ONVIF_PRIVACY_SITES = ("www.example.com",)
    settings.ALLOWED_HOSTS = ["*"]
    register.forget_copy()
    yield
    register.forget_copy()
