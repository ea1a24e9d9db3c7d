"""Bugs that other packages of this kind were reported for, and that have no other test here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import keys, ledger
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, Kind
from onvif_privacy.rights.services import requests
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import OLD, STORE, shopper
from tests.rights.test_erasure import dumped, erased
from tests.store.models import Line, Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


def left_of(person: Subject, orders: list[int]) -> list[dict[str, Any]]:
    """Return what the columns that were personal hold; of values that must differ, their kind and length."""
    rows = Order.objects.filter(pk__in=orders).values("name", "email", "birth_date", "invoice", "meta", "voucher")
    lines = Line.objects.filter(order__in=orders).values("engraving_text")
    return [{**one, "voucher": (type(one["voucher"]), len(one["voucher"]))} for one in rows] + list(lines)


def test_what_is_left_of_two_people_is_alike_and_no_key_leads_back() -> None:
    """druids/django-GDPR: a reversible cipher from SECRET_KEY that kept lengths and domains."""
    short, long = shopper("Li X", email="l@x.org"), shopper(f"Bartholomew {'Long' * 20}", email="b@long.example.org")
    orders = {one: list(Order.objects.filter(customer=one.user).values_list("pk", flat=True)) for one in (short, long)}
    Order.objects.filter(customer=long.user).update(voucher="of-bartholomew-and-longer-than-others")
    SealedOrder.objects.create(owner=short, email="l@x.org", phone="1234567")
    SealedOrder.objects.create(owner=long, email=f"bartholomew{'long' * 9}@example.org", phone="1" * 20)
    for one in orders:
        erased(one)
    assert left_of(short, orders[short]) == left_of(long, orders[long])
    sealed = SealedOrder.objects.values("email", "email_index", "phone")
    assert len({tuple(one.items()) for one in sealed}) == 1
    for one in orders:
        with pytest.raises(keys.KeyDestroyed):
            keys.subject_key(one.pk, "data")


def test_rows_that_no_signal_saw_end_like_all_others() -> None:
    """django-gdpr-assist: what `update()` and SQL had written was missed."""
    ada = shopper("Ada Example")
    order = Order.objects.get(customer=ada.user)
    Order.objects.filter(pk=order.pk).update(name="by-update-canary")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_order (customer_id, number, email, name, voucher, created_at, invoiced_on, invoice,"
            " meta) VALUES (%s, 'raw', 'sql-canary@example.org', 'sql-canary', 'sql-canary', %s, %s, '', '{}')",
            [order.customer_id, timezone.now(), OLD],
        )
    Line.objects.bulk_create([Line(order=order, engraving_text="by-bulk-canary")])
    erased(ada)
    assert b"canary" not in dumped()


def test_what_staff_decided_says_when_and_who() -> None:
    """django-gdpr-assist: a log without time and actor."""
    staff, began = UserFactory(is_staff=True), timezone.now()
    made = requests.open(kind=Kind.CORRECT, channel=Channel.ACCOUNT, key="c", subject=shopper(), wish={})
    requests.refuse(request=made, reason="Not ours to change.", actor=staff)
    entry = Entry.objects.get(kind="rights.refused")
    made.refresh_from_db()
    assert made.decided_by == Subject.objects.for_user(staff).reference == ledger.opened(entry)["actor"]
    assert began.replace(microsecond=0) <= entry.at <= timezone.now()
