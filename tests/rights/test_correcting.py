"""Own fields are corrected at once, others by a request; nobody corrects anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from onvif_privacy.core import gate, ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.registry import Field, blank, personal_data
from onvif_privacy.core.signals import subject_corrected
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Kind, Request, State
from onvif_privacy.rights.services import correcting, holdings, requests
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, shopper
from tests.rights.test_page import signed_in
from tests.store import declarations
from tests.store.models import Order

pytestmark = pytest.mark.django_db

CORRECTABLE = replace(
    declarations.ORDER,
    fields={
        **declarations.ORDER.fields,
        "name": Field("identity", purposes=("operation",), correct="self", erase=blank()),
        "email": Field("contact", purposes=("operation",), correct="request", erase=blank()),
    },
)


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    sealed = personal_data.get("hostapp.order")
    fields = {**sealed.fields, "email": replace(sealed.fields["email"], correct="self")}  # type: ignore[type-var]
    with temporarily(*STORE, CORRECTABLE, replace(sealed, fields=fields)):
        yield


def address(order: Any, name: str, label: str = "store.Order") -> str:
    return f"/privacy/me/correct/{label}/{order.pk}/{name}/"


def test_own_field_is_changed_at_once_recorded_and_told(django_capture_on_commit_callbacks: Any) -> None:
    ada = shopper()
    order, heard = Order.objects.get(), []
    listener = lambda **sent: heard.append((sent["model"], sent["row"], sent["fields"]))  # noqa: E731
    subject_corrected.connect(listener, weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            answer = signed_in(ada).post(address(order, "name"), {"value": "Ada Lovelace"})
    finally:
        subject_corrected.disconnect(listener)
    assert answer.status_code == 303
    order.refresh_from_db()
    assert order.name == "Ada Lovelace"
    assert heard == [("store.Order", str(order.pk), ("name",))]
    entry = Entry.objects.get(kind="rights.corrected")
    assert ledger.opened(entry) == {"model": "store.order", "fields": ["name"]}


def test_a_sealed_field_is_corrected_with_its_index() -> None:
    ada = shopper()
    order = SealedOrder.objects.create(owner=ada, email="old@example.org")
    client = signed_in(ada)
    assert b"old@example.org" in client.get(address(order, "email", "hostapp.Order")).content
    assert client.post(address(order, "email", "hostapp.Order"), {"value": "new@example.org"}).status_code == 303
    with gate.scope("fulfilment"):
        assert [one.pk for one in gate.find(SealedOrder.objects.all(), email="new@example.org")] == [order.pk]
        assert gate.find(SealedOrder.objects.all(), email="old@example.org") == []


def test_another_field_becomes_a_request_that_staff_carry_out() -> None:
    ada, staff = shopper(), UserFactory(is_staff=True)
    order = Order.objects.get()
    assert signed_in(ada).post(address(order, "email"), {"value": "new@example.org"}).status_code == 303
    request = Request.objects.get()
    assert (request.kind, request.state) == (Kind.CORRECT, State.REVIEW)
    order.refresh_from_db()
    assert order.email == "ada@example.org"
    correcting.apply(request, actor=staff)
    order.refresh_from_db()
    assert order.email == "new@example.org"
    assert request.state == State.DONE
    with pytest.raises(requests.NotNow):
        correcting.apply(request, actor=staff)


def test_old_and_new_value_of_a_request_are_sealed() -> None:
    ada = shopper()
    signed_in(ada).post(address(Order.objects.get(), "email"), {"value": "new@example.org"})
    with transaction.atomic():
        stored = Request.objects.values_list("wish", flat=True).get()
    assert b"new@example.org" not in stored.envelope
    with holdings.opened(ada) as (scope, _who):
        found = Request.objects.get()
        scope.claim([found])
        assert (found.wish["old"], found.wish["new"]) == ("ada@example.org", "new@example.org")


def test_two_fields_can_be_asked_for_at_once() -> None:
    ada = shopper(orders=2)
    for order in Order.objects.all():
        signed_in(ada).post(address(order, "email"), {"value": "new@example.org"})
    assert Request.objects.count() == 2


def test_a_value_that_the_model_refuses_is_said_and_stored_nowhere() -> None:
    ada = shopper()
    answer = signed_in(ada).post(address(Order.objects.get(), "email"), {"value": "no address"})
    assert answer.status_code == 400
    assert not Request.objects.exists()


@pytest.mark.parametrize("name", ["voucher", "number", "customer", "id", "meta", "nothing", "__class__"])
def test_fields_that_are_not_to_be_corrected_are_missing(name: str) -> None:
    ada = shopper()
    client = signed_in(ada)
    assert client.get(address(Order.objects.get(), name)).status_code == 404
    assert client.post(address(Order.objects.get(), name), {"value": "x"}).status_code == 404


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999999", "1'", "%00"])
def test_another_persons_row_is_as_missing_as_one_that_is_not_there(pk: str) -> None:
    shopper("Bob Other")
    theirs = Order.objects.get()
    client = signed_in(shopper(orders=0))
    missing = client.post(f"/privacy/me/correct/store.Order/{pk}/name/", {"value": "Eve"})
    others = client.post(address(theirs, "name"), {"value": "Eve"})
    assert (missing.status_code, others.status_code) == (404, 404)
    theirs.refresh_from_db()
    assert theirs.name == "Bob Other"


def test_a_stranger_is_asked_to_sign_in() -> None:
    shopper()
    answer = Client().post(address(Order.objects.get(), "name"), {"value": "Eve"})
    assert answer.status_code == 302
    assert Order.objects.get().name == "Ada Example"
