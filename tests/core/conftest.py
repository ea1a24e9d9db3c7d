"""Purposes that every test of the kernel may decide on, and a clean slate of what is kept in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from onvif_privacy.core import limits
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.testing import temporarily

# Time is measured by benchmarks; a slow machine fails no property.
settings.register_profile("core", deadline=None)
settings.load_profile("core")

PURPOSES = (
    Purpose("newsletter", label="News", text="We write to you.", basis=Basis.CONSENT, clause="outreach"),
    Purpose("statistics", label="Visits", text="We count.", basis=Basis.CONSENT, clause="cookies_choice", device=True),
    Purpose("advice", label="Advice", text="We call.", basis=Basis.LEGITIMATE_INTERESTS, clause="use", default=True),
)


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    limits.reset()
    with temporarily(*PURPOSES):
        yield
