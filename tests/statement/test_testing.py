"""What a host's own tests can use."""

from __future__ import annotations

import pytest
from django.test import Client

from onvif_privacy.statement.services import copies
from onvif_privacy.statement.testing import published

pytestmark = pytest.mark.django_db


def test_shipped_statement_is_published_for_a_test_and_forgotten_after_it(client: Client) -> None:
    with published("en", "de") as version:
        page = client.get("/privacy/statement/").content.decode()
        assert "What is recorded automatically" in page
        assert version.texts.count() == 2
        assert copies._copies
    assert not copies._copies


def test_copy_is_forgotten_even_when_the_test_fails(client: Client) -> None:
    def failing() -> None:
        with published():
            client.get("/privacy/statement/")
            raise AssertionError

    with pytest.raises(AssertionError):
        failing()
    assert not copies._copies
