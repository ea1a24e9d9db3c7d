"""A process copy outlives the transaction of a test, and so does a language: each test begins without either."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from onvif_privacy.statement.services import copies


@pytest.fixture(autouse=True)
def _nothing_left_by_another_test() -> Iterator[None]:
    copies.forget()
    with translation.override("en"):  # a page in German leaves its language to the thread
        yield
    copies.forget()
