"""The watch over plain columns (C27)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.testing import UngatedRead, ungated_reads
from tests.core.hostapp.models import Order

pytestmark = pytest.mark.django_db


def _cursor(sql: str) -> Callable[[], object]:
    def run() -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    return run


PLANTED: dict[str, Callable[[], object]] = {
    "attribute": lambda: [one.phone for one in Order.objects.all()],
    "values": lambda: list(Order.objects.values("phone")),
    "values_list": lambda: list(Order.objects.values_list("phone", flat=True)),
    "deferred": lambda: [one.phone for one in Order.objects.only("number")],
    "filter": lambda: Order.objects.filter(phone="1").count(),
    "raw": lambda: list(Order.objects.raw("SELECT * FROM hostapp_order")),
    "cursor": _cursor("SELECT phone FROM hostapp_order"),
    "cursor with a star": _cursor("select o.* from hostapp_order o"),
}


@pytest.mark.parametrize("way", PLANTED)
def test_a_read_of_a_plain_personal_column_outside_a_scope_is_named_with_file_and_line(way: str) -> None:
    Order.objects.create(phone="1")
    with pytest.raises(UngatedRead, match=r"test_gate_watch\.py:\d+ reads hostapp\.Order\.phone"), ungated_reads():
        PLANTED[way]()


@pytest.mark.parametrize(
    "read",
    [
        lambda: list(Order.objects.values("number")),
        lambda: list(Order.objects.values("email")),
        lambda: Order.objects.update(phone="2"),
        lambda: Order.objects.count(),
        lambda: Order.objects.create(phone="3"),
        _cursor("SELECT 1"),
    ],
)
def test_what_reads_no_plain_personal_column_passes(read: Callable[[], object]) -> None:
    with ungated_reads():
        read()


def test_a_read_inside_a_scope_passes_and_afterwards_nobody_watches() -> None:
    Order.objects.create(phone="1", owner=Subject.objects.create())
    with ungated_reads(), gate.scope("fulfilment") as scope:
        assert [row["phone"] for row in scope.read(Order.objects.all(), ["phone"])] == ["1"]
    assert Order.objects.values_list("phone", flat=True)[0] == "1"
