"""The blind index in figures: as many coincidences as planned, and none in what a search returns (C24)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from onvif_privacy.core import gate, keys
from onvif_privacy.core.fields import BlindIndex, EncryptedField
from onvif_privacy.core.fields.rotation import follow_declarations
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises.planting import altered
from tests.core.hostapp.models import Order

pytestmark = pytest.mark.django_db
AT_ONCE = 1_000
SEARCHES = 400


@pytest.mark.parametrize(("rows", "bits"), [(1, 1), (8, 2), (10_000, 12), (100_000, 15), (1_000_000, 18), (2**40, 32)])
def test_an_index_keeps_the_bits_that_leave_two_to_four_coincidences(rows: int, bits: int) -> None:
    assert BlindIndex(rows).bits == bits


@pytest.mark.parametrize(
    "rows", [10_000, 100_000, pytest.param(1_000_000, marks=pytest.mark.full)], ids=["10^4", "10^5", "10^6"]
)
def test_measured_coincidences_are_those_planned(rows: int) -> None:
    index = BlindIndex(rows)
    stored: dict[int, int] = {}
    for number in range(rows):
        value = index.value(b"k" * 32, 1, f"{number}@example.org")
        stored[value] = stored.get(value, 0) + 1
    rng = random.Random(24)
    searched = [index.value(b"k" * 32, 1, f"absent {rng.random()}") for _ in range(4_000)]
    measured = sum(stored.get(value, 0) for value in searched) / len(searched)
    assert measured == pytest.approx(rows / 2**index.bits, rel=0.2)


def filled(rows: int) -> None:
    """Fill a table with so many addresses."""
    owner = Subject.objects.create()
    for start in range(0, rows, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, rows))
        Order.objects.bulk_create(Order(owner=owner, email=f"{one}@example.org", number=one) for one in numbers)


def found(number: int | str) -> list[int]:
    """Search for an address; returns the numbers of what was found."""
    with gate.scope("fulfilment"):
        return [one.number for one in gate.find(Order.objects.all(), email=f"{number}@example.org")]


@pytest.mark.parametrize(
    "rows",
    [1_000, *(pytest.param(10**power, marks=pytest.mark.full, id=f"10^{power}") for power in (4, 5, 6))],
)
def test_a_search_opens_as_many_rows_as_planned_and_returns_no_wrong_one(rows: int) -> None:
    field, rng, cursor = Order._meta.get_field("email"), random.Random(24), dict[str, Any]()
    assert isinstance(field, EncryptedField)
    with altered(field, "index", BlindIndex(rows=rows)):
        filled(rows)
        absent = [f"absent {one}" for one in range(SEARCHES)]
        candidates = sum(Order.objects.filter(email_index__in=field.index_values(one)).count() for one in absent)
        assert candidates / SEARCHES == pytest.approx(rows / 2 ** BlindIndex(rows=rows).bits, rel=0.2)
        some = [rng.randrange(rows) for _one in range(SEARCHES // 10)]
        assert [found(one) for one in some] == [[one] for one in some]
        assert [found(one) for one in absent[: SEARCHES // 10]] == [[]] * (SEARCHES // 10)
        keys.renew_label("index")
        for _batch in range(2):  # half way through a renewal, or nearly at its beginning
            follow_declarations(cursor, min(rows // 4, 10_000))
            assert [found(one) for one in some] == [[one] for one in some]
