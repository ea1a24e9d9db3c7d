"""The status while the database is stopped: the page and the signed file stay, and no verdict outlives its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.services import status
from onvif_privacy.statement.testing import published
from tests.statement.test_copies import database_away

pytestmark = pytest.mark.django_db
PAGE, FILE = "/privacy/status/", "/.well-known/privacy-status.json"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> Iterator[None]:
    settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
    settings.ROOT_URLCONF = "tests.statement.well_known_urls"
    status.forget()
    with published("en"):
        yield
    status.forget()


def test_page_and_file_say_the_same_while_the_database_is_stopped(client: Client) -> None:
    status.release()
    before = [client.get(address).content for address in (PAGE, FILE)]
    with database_away():
        assert [client.get(address).content for address in (PAGE, FILE)] == before


def test_verdicts_end_while_the_database_is_stopped(client: Client) -> None:
    status.release(timezone.now() - timedelta(hours=49))
    assert StatusRelease.objects.get().valid_until < timezone.now()
    client.get(PAGE)
    with database_away():
        assert "too old to be shown as a verdict" in client.get(PAGE).content.decode()


def test_a_process_that_saw_no_status_says_that_it_cannot(client: Client) -> None:
    status.release()
    status.forget()
    with database_away():
        answer = client.get(PAGE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
