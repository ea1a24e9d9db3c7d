"""A clean slate of what is kept in memory, and a site that can write letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from hypothesis import settings as hypothesis_settings

from onvif_privacy.core import limits
from onvif_privacy.enquiries.services import deadlines

hypothesis_settings.register_profile("enquiries", deadline=None)  # time is measured by benchmarks
hypothesis_settings.load_profile("enquiries")


@pytest.fixture(autouse=True)
def _house(settings: Any) -> Iterator[None]:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"
    vars(storages).get("_storages", {}).pop("privacy_enquiries", None)
    limits.reset()
    yield
    limits.reset()


@pytest.fixture
def rules(db: None) -> None:
    """Bring the clocks that ship, as a migration does."""
    deadlines.make_rules("default")
