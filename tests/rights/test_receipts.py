"""The receipt of an erasure stands where the person was told, also for who never confirmed an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Request, RequestToken, State
from tests.rights.factories import STORE, shopper
from tests.rights.test_erasure import carried_out
from tests.rights.test_export import confirmed
from tests.rights.test_page import signed_in

pytestmark = pytest.mark.django_db
ERASE = "/privacy/me/erase/"


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


def asked(client: Client) -> str:
    """Ask for the erasure on the page; gives the address that it leads to."""
    answer = client.post(ERASE, {"key": "0" * 32, "understood": "on"})
    assert answer.status_code == 303
    return str(answer["Location"])


def test_who_asks_is_led_to_where_the_receipt_will_stand() -> None:
    ada = shopper("Ada Canary", email="")
    address = asked(confirmed(signed_in(ada)))
    waiting = Client().get(address)
    assert b"Keep this address" in waiting.content
    assert address.encode() in waiting.content
    assert "no-store" in waiting["Cache-Control"]
    assert b"Canary" not in waiting.content
    assert carried_out(Request.objects.get()).state == State.DONE
    page = Client().get(address)
    assert b"Receipt of an erasure" in page.content
    assert b"1 row emptied" in page.content


def test_the_address_holds_for_thirty_days_after_the_end_however_long_it_took() -> None:
    address = asked(confirmed(signed_in(shopper())))
    link = RequestToken.objects.get()
    assert link.expires_at > timezone.now() + timedelta(days=93)  # a month and its extension by two
    carried_out(Request.objects.get())
    link.refresh_from_db()
    assert abs(link.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=5)
    RequestToken.objects.update(expires_at=timezone.now())
    assert Client().get(address).status_code == 404


def test_an_erasure_that_was_withdrawn_asks_nobody_to_keep_the_address(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 72
    client = confirmed(signed_in(shopper()))
    address = asked(client)
    client.post(f"/privacy/me/requests/{Request.objects.get().reference}/cancel/")
    page = Client().get(address).content
    assert b"withdrawn" in page
    assert b"Keep this address" not in page
