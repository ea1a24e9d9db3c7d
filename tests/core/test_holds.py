"""Holds: copies that a duty keeps change nothing that the person could see, and make the eraser wait once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from onvif_privacy.core import holds, subjects
from onvif_privacy.core.holds import Held
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal import end_row
from onvif_privacy.core.registry import HoldProvider, personal_data
from onvif_privacy.core.testing import temporarily
from tests.store import declarations as store
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db

SOON, LATER, LAST = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2, 3))


class Copies:
    """A provider that a test fills: whose copy, of which model, of which fields."""

    def __init__(self) -> None:
        self.rows: list[tuple[Subject, str, set[str], Held]] = []
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, subject: Subject, label: str, fields: Sequence[str]) -> Iterable[Held]:
        self.asked.append((label, tuple(fields)))
        return (held for who, what, names, held in self.rows if who == subject and what == label and names & {*fields})


@pytest.fixture
def copies() -> Iterator[Copies]:
    made = Copies()
    with temporarily(*store.ALL, HoldProvider("cases", made)):
        yield made


def dump() -> list[tuple[Any, ...]]:
    """Return every row of the live table as the database holds it, without what differs from order to order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {Order._meta.db_table} ORDER BY id")
        names = [column[0] for column in cursor.description]
        own = {"id", "number", "customer_id", "voucher", "created_at"}
        return [
            tuple(value for name, value in zip(names, row, strict=True) if name not in own) for row in cursor.fetchall()
        ]


def test_every_provider_is_asked_and_the_first_copy_to_end_comes_first(copies: Copies) -> None:
    person, other = OrderFactory(), OrderFactory()
    me = subjects.for_user(person.customer)
    copies.rows += [
        (me, "store.Order", {"email"}, Held("C-2", LATER)),
        (me, "store.Order", {"name"}, Held("C-3", SOON)),
        (subjects.for_user(other.customer), "store.Order", {"email"}, Held("C-4", SOON)),
    ]
    second = HoldProvider("archive", lambda subject, label, fields: [Held("A-1", SOON, listable=False)])
    with temporarily(second):
        assert [one.reference for one in holds.covering(me, "store.Order", ["email"])] == ["A-1", "C-2"]
        assert [one.reference for one in holds.listed(me, "store.Order", ["email"])] == ["C-2"]
    assert not holds.waits(me, "store.Order", ["email"])


def test_without_any_provider_nothing_is_held() -> None:
    assert holds.covering(Subject.objects.create(), "store.Order", ["email"]) == []


def test_a_provider_that_fails_is_not_taken_for_a_no(copies: Copies) -> None:
    order = OrderFactory()

    def broken(subject: Subject, label: str, fields: Sequence[str]) -> Iterable[Held]:
        raise LookupError("the register of cases is out of reach")

    with temporarily(HoldProvider("cases", broken)), pytest.raises(LookupError):
        end_row(store.ORDER, order, ["email"], subject=subjects.for_user(order.customer))
    order.refresh_from_db()
    assert order.email


def test_three_overlapping_holds_delay_a_row_once_and_leave_no_trace_in_it(copies: Copies) -> None:
    free, held = OrderFactory(), OrderFactory()
    me = subjects.for_user(held.customer)
    taking = (me, "store.Order", {"email", "name"}, Held("C-1", LAST, wait=True, listable=False))
    copies.rows += [
        taking,
        (me, "store.Order", {"email"}, Held("C-2", LATER)),
        (me, "store.Order", {"name"}, Held("C-3", SOON, listable=False)),
    ]
    names = sorted(set(personal_data.get("store.order").fields) - {"invoice", "meta"})
    assert end_row(store.ORDER, free, names, subject=subjects.for_user(free.customer)).fields == tuple(names)
    before = dump()
    first = end_row(store.ORDER, held, names, subject=me)
    assert (first.waits, first.fields, first.deleted) == (True, (), False)
    assert dump() == before
    # The copy is there: the next run ends the row like that of anybody else, though three holds go on.
    copies.rows[0] = (*taking[:3], Held("C-1", LAST, wait=False, listable=False))
    assert len(holds.covering(me, "store.Order", names)) == 3
    second = end_row(store.ORDER, held, names, subject=me)
    assert (second.waits, second.fields) == (False, tuple(names))
    one, other = dump()
    assert one == other


def test_what_may_be_told_is_the_same_with_and_without_a_secret_hold(copies: Copies) -> None:
    me = subjects.for_user(OrderFactory().customer)
    copies.rows.append((me, "store.Order", {"email"}, Held("C-2", LATER)))
    told = holds.listed(me, "store.Order", ["email"])
    copies.rows.append((me, "store.Order", {"email"}, Held("C-9", SOON, listable=False)))
    assert holds.listed(me, "store.Order", ["email"]) == told


def test_fields_outside_the_hold_do_not_wait(copies: Copies) -> None:
    order = OrderFactory()
    me = subjects.for_user(order.customer)
    copies.rows.append((me, "store.Order", {"name"}, Held("C-1", LAST, wait=True)))
    assert end_row(store.ORDER, order, ["email"], subject=me).fields == ("email",)
    assert copies.asked == [("store.Order", ("email",))]
