"""The guards of a real database, put on once for each module that asks for them: tests roll back, triggers stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from onvif_privacy.core import testing
from tests.disclosures.factories import House


@pytest.fixture(scope="module")
def triggers(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make every guard outside of any test's transaction, because MariaDB commits with each of them."""
    with django_db_blocker.unblock(), testing.guards():
        yield


@pytest.fixture
def guarded(triggers: None, db: None) -> None:
    """A database in which the rules of this room hold."""


@pytest.fixture
def house(guarded: None) -> House:
    """A house under its guards."""
    return House()
