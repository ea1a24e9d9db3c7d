"""A clean slate of what is kept in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from onvif_privacy.core import limits

settings.register_profile("rights", deadline=None)  # time is measured by benchmarks
settings.load_profile("rights")


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    limits.reset()
    yield
    limits.reset()
