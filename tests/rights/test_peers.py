"""Bugs that other packages of this kind were reported for, and that have no other test here."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import keys, ledger
from onvif_privacy.core.keys.envelope import open_sealed
from onvif_privacy.core.keys.labels import unwrap_label
from onvif_privacy.core.keys.subjects import unwrap
from onvif_privacy.core.models import Entry, LabelKey, Subject, SubjectKey
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


def _secrets_left() -> list[bytes]:
    """Every secret that the site still holds: of people, of labels, of the ring, and what is derived for rows."""
    found = [unwrap(row) for row in SubjectKey.objects.filter(wrapped__isnull=False)]
    found += [unwrap_label(row) for row in LabelKey.objects.all()]
    ring = [key.secret for key in keys.ring().keys if key.secret is not None]
    return [*found, *ring, keys.derive("wrap", "subject"), keys.derive("mac", "erasure-log")]


@pytest.mark.parametrize("number", [2, pytest.param(100, marks=pytest.mark.full)])
def test_with_every_key_that_is_left_nothing_of_the_erased_is_recovered(number: int) -> None:
    """R19: envelopes as an old backup has them, tried with all keys of today; and what now stands in their place."""
    sealed: dict[str, list[tuple[bytes, Any]]] = {"gone": [], "stays": []}
    vouchers, people = dict[str, list[str]](gone=[], stays=[]), dict[str, list[Subject]](gone=[], stays=[])
    for kind, found in people.items():
        for count in range(number):
            one = shopper(f"{kind} {count} {'long ' * (count % 7)}", orders=1)
            found.append(one)
            SealedOrder.objects.create(owner=one, email=f"{kind}{count}@example.org", name=f"{kind} {count}")
            for name in ("email", "name"):
                value = SealedOrder.objects.get(owner=one).__dict__[name]
                sealed[kind].append((value.envelope, value.place))
            vouchers[kind] += Order.objects.filter(customer=one.user).values_list("voucher", flat=True)
    gone = [one.pk for one in Order.objects.filter(customer__in=[one.user for one in people["gone"]])]
    for one in people["gone"]:
        erased(one)

    secrets = _secrets_left()
    opened = {kind: sum(_opens(one, secrets) for one in some) for kind, some in sealed.items()}
    assert opened == {"gone": 0, "stays": 2 * number}
    tokens = list(Order.objects.filter(pk__in=gone).values_list("voucher", flat=True))
    assert len({len(one) for one in tokens}) == 1
    assert len(set(tokens)) == number
    guesses = {hash_of(one.encode()).hexdigest() for one in vouchers["gone"] for hash_of in (md5, sha1, sha256)}
    assert not [one for one in tokens if any(one in guess or guess in one for guess in guesses)]
    # what stands there now is the same of everybody, whatever stood there before
    assert len({tuple(one.items()) for one in SealedOrder.objects.filter(owner=None).values("email", "name")}) <= 1


def _opens(one: tuple[bytes, Any], secrets: list[bytes]) -> bool:
    envelope, place = one
    for secret in secrets:
        try:
            open_sealed(envelope, key=secret, place=place.parts)
        except keys.SealBroken:
            continue
        return True
    return False


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
