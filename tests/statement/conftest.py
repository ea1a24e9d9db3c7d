"""A process copy outlives the transaction of a test, so each test begins without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onvif_privacy.statement.services import copies


@pytest.fixture(autouse=True)
def _no_copy_from_another_test() -> Iterator[None]:
    copies.forget()
    yield
    copies.forget()
