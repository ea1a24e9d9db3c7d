"""Keys that are missing, wrong, or replaced in the middle: said at start, nothing opens, nothing is stored (C38)."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from onvif_privacy.core import gate
from onvif_privacy.core.jobs import rewrapping
from onvif_privacy.core.keys import KeyRingError, SealBroken, generate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.testing import Canaries
from tests.core.counts import few_or_all
from tests.core.hostapp.models import Order, Parcel
from tests.core.orders import order

pytestmark = pytest.mark.django_db
OLD = settings.ONVIF_PRIVACY_KEYS
SHORT = {"id": "00000000000000d9", "use": "data", "secret": "c2hvcnQ"}
PAGES = ("onvif_privacy_cookies:settings", "onvif_privacy_cookies:declaration", "onvif_privacy_statement:current")


def rings(trial: int) -> dict[str, list[dict[str, Any]]]:
    """Return a ring for each kind of trouble, with new wrong keys for each trial."""
    return {
        "missing": [],
        "wrong": [generate("data"), generate("sign")],
        "wrong under the right id": [generate("data") | {"id": OLD[0]["id"]}, generate("sign") | {"id": OLD[1]["id"]}],
        "short": [SHORT, OLD[1]],
    }


def pages() -> list[str]:
    """Return the public pages of the rooms that are installed."""
    found = []
    for name in PAGES:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


@pytest.mark.parametrize("trials", few_or_all(2, 30))
@pytest.mark.parametrize("kind", ["missing", "wrong", "wrong under the right id", "short"])
def test_with_the_wrong_keys_nothing_opens_nothing_is_stored_and_pages_answer(kind: str, trials: int) -> None:
    canaries = Canaries()
    made, owner = order(name=canaries.new("stored before")), Subject.objects.create()
    parcel = Parcel.objects.create(note=canaries.new("row before"))
    healthy = {address: Client().get(address).status_code for address in pages()}
    assert set(healthy.values()) <= {200, 404}  # 404: no statement is published
    for trial in range(trials):
        word = canaries.new(f"never stored {trial}")
        with override_settings(ONVIF_PRIVACY_KEYS=rings(trial)[kind]):
            if kind != "wrong under the right id":  # looks right until something is opened
                errors = {one.id for one in run_checks(databases=["default"])}
                assert errors & {"onvif_privacy.E001", "onvif_privacy.E002", "onvif_privacy.E003"}
            with gate.scope("own_access", subject=made.owner), pytest.raises((KeyRingError, SealBroken)):
                Order.objects.get(pk=made.pk).name  # noqa: B018
            with pytest.raises((KeyRingError, SealBroken)), transaction.atomic(), gate.scope("fulfilment"):
                Parcel.objects.get(pk=parcel.pk).note  # noqa: B018
            with pytest.raises((KeyRingError, SealBroken)), transaction.atomic():
                Order.objects.create(owner=made.owner, name=word)
            with pytest.raises((KeyRingError, SealBroken)), transaction.atomic():
                Order.objects.create(owner=owner if kind == "missing" else made.owner, email=word)
            assert {address: Client().get(address).status_code for address in healthy} == healthy
    assert canaries.sweep() == []
    with gate.scope("fulfilment"):
        assert Order.objects.get().name == canaries.words["stored before"]
        assert Parcel.objects.get().note == canaries.words["row before"]


@pytest.mark.parametrize("trials", few_or_all(2, 30))
def test_a_scope_that_is_open_while_keys_are_rotated_reads_and_writes_on(trials: int) -> None:
    made, parcel = order(name="Ada"), Parcel.objects.create(note="left at the door")
    for _trial in range(trials):
        new = generate("data")
        with rolled_back("default"), gate.scope("fulfilment") as scope:
            assert Order.objects.get(pk=made.pk).name == "Ada"
            with override_settings(ONVIF_PRIVACY_KEYS=[new, *OLD]):
                assert Order.objects.get(pk=made.pk).name == "Ada"
                while rewrapping.batch():
                    pass
                assert rewrapping.left() == 0
                late = Order.objects.create(owner=made.owner, name="Late")
            with override_settings(ONVIF_PRIVACY_KEYS=[new, OLD[1]]):  # the old key is gone
                assert [Order.objects.get(pk=one.pk).name for one in (made, late)] == ["Ada", "Late"]
                notes = [row["note"] for row in scope.read(Parcel.objects.filter(pk=parcel.pk), ["note"])]
                assert notes == ["left at the door"]
