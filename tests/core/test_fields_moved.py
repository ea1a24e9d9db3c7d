"""Ciphertext that was moved, cut or changed opens nowhere, and tells nothing by its length (C20, C21)."""

from __future__ import annotations

import random
import uuid

import pytest
from django.test import override_settings

from onvif_privacy.core.fields import Place
from onvif_privacy.core.fields.sealing import open_at, padded, seal_at, unpadded
from onvif_privacy.core.keys import OpeningKeys, SealBroken, generate
from onvif_privacy.core.models import Subject, SubjectKey
from tests.core.counts import few_or_all
from tests.core.hostapp.models import Order
from tests.core.orders import stored

pytestmark = pytest.mark.django_db

PLACE = Place("hostapp_order", "email", uuid.UUID(int=1), uuid.UUID(int=2))


@pytest.mark.parametrize(
    "other",
    [
        Place("hostapp_order", "email", uuid.UUID(int=9), uuid.UUID(int=2)),
        Place("hostapp_order", "name", uuid.UUID(int=1), uuid.UUID(int=2)),
        Place("hostapp_parcel", "email", uuid.UUID(int=1), uuid.UUID(int=2)),
        Place("hostapp_order", "email", uuid.UUID(int=1), uuid.UUID(int=9)),
        Place("hostapp_order", "email", uuid.UUID(int=2), uuid.UUID(int=1)),
        Place("hostapp_order", "email", uuid.UUID(int=1), None),
    ],
    ids=["row", "column", "table", "subject", "row and subject", "no subject"],
)
def test_a_moved_envelope_is_refused(other: Place) -> None:
    envelope = seal_at(PLACE, b"x", use="data")
    assert open_at(PLACE, envelope, OpeningKeys()) == b"x"
    with pytest.raises(SealBroken):
        open_at(other, envelope, OpeningKeys())


def test_an_envelope_of_another_site_is_refused() -> None:
    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), generate("sign")]):
        theirs = seal_at(PLACE, b"x", use="data")
        rows = seal_at(Place("t", "c", uuid.UUID(int=1), None), b"x", use="data")
        SubjectKey.objects.all().delete()
    with pytest.raises(SealBroken):
        open_at(PLACE, theirs, OpeningKeys())
    with pytest.raises(SealBroken):
        open_at(Place("t", "c", uuid.UUID(int=1), None), rows, OpeningKeys())


@pytest.mark.parametrize("number", few_or_all(40, 1_000))
def test_every_changed_byte_of_an_envelope_is_refused_with_one_exception(number: int) -> None:
    keys, rng, changes = OpeningKeys(), random.Random(20), 0
    for one in range(number):
        place = Place("t", "c", uuid.UUID(int=one + 1), PLACE.subject if one % 2 else None)
        envelope = seal_at(place, b"x" * rng.randrange(60), use="data")
        for position in range(len(envelope)):
            changed = bytearray(envelope)
            changed[position] ^= rng.randrange(1, 256)
            with pytest.raises(SealBroken, match=r"^The sealed value cannot be opened\.$"):
                open_at(place, bytes(changed), keys)
            changes += 1
    assert changes > number * 60


@pytest.mark.parametrize("number", few_or_all(100, 1_000))
def test_lengths_and_equality_tell_nothing(number: int) -> None:
    rng, owner = random.Random(21), Subject.objects.create()
    names = ["".join(rng.choices("abcdefghij ", k=rng.randrange(2, 40))) for _ in range(number)]
    Order.objects.bulk_create([Order(owner=owner, name=name, health="same", email="a@example.org") for name in names])
    assert len({len(one) for one in stored("name")}) <= 3
    for column in ("health", "email"):
        assert len(set(stored(column))) == number
        assert len({len(one) for one in stored(column)}) == 1
    assert {len(one) for one in stored("health")} == {1 + 8 + 12 + 256 + 16}


@pytest.mark.parametrize("length", [0, 1, 27, 28, 29, 60, 1000])
def test_padding_can_be_undone(length: int) -> None:
    assert unpadded(padded(b"\0" * length, 32)) == b"\0" * length
    assert len(padded(b"\0" * length, 32)) % 32 == 0
