"""What the ledger holds before the first value is read, exits, and closing the gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from onvif_privacy.core import gate, ledger, subjects
from onvif_privacy.core.fields import PurposeRequired
from onvif_privacy.core.models import EntrySecret
from onvif_privacy.core.signals import gate_refused
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Order
from tests.core.orders import SECRET, entries, order

pytestmark = pytest.mark.django_db


def test_each_person_read_has_an_entry_before_the_value_is_returned() -> None:
    one, other = order(), order()
    actor = UserFactory.create()
    with gate.scope("fulfilment", actor=actor) as scope:
        assert Order.objects.get(pk=one.pk).email
        assert len(entries("gate.read")) == 1
        assert Order.objects.get(pk=one.pk).email
        assert Order.objects.get(pk=one.pk).name
        list(scope.read(Order.objects.all(), ["email", "name"]))
    read = entries("gate.read")
    assert sorted(tuple(row["fields"]) for row in read) == [
        ("hostapp.order.email",),
        ("hostapp.order.email", "hostapp.order.name"),
        ("hostapp.order.name",),
    ]
    assert {row["actor"] for row in read} == {subjects.for_user(actor).reference}
    secrets = EntrySecret.objects.filter(entry__kind="gate.read").values_list("subject_id", flat=True)
    assert set(secrets) == {one.owner_id, other.owner_id}


def test_one_entry_with_counts_where_the_purpose_says_so() -> None:
    for _ in range(3):
        order()
    with gate.scope("counting") as scope:
        list(scope.read(Order.objects.all(), ["name"]))
        assert len(entries("gate.opened")) == 1
    (closed,) = entries("gate.closed")
    assert (closed["people"], closed["values"], closed["scope"]) == (3, 3, scope.evidence.reference)


def test_nothing_is_read_that_cannot_be_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    order()

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("disk full")

    with gate.scope("fulfilment") as scope:
        monkeypatch.setattr(ledger, "record_all", full)
        with pytest.raises(OSError, match="disk full"):
            Order.objects.get().email  # noqa: B018
        with pytest.raises(OSError, match="disk full"):
            next(scope.read(Order.objects.all(), ["email"]))
        with pytest.raises(OSError, match="disk full"):
            gate.find(Order.objects.all(), email=SECRET)


def test_a_refusal_tells_field_purpose_and_caller() -> None:
    told: list[tuple[str, str, str]] = []

    def listen(sender: object, field: str, purpose: str, caller: str, **kwargs: object) -> None:
        told.append((field, purpose, caller))

    gate_refused.connect(listen)
    order()
    with gate.scope("accounts"), pytest.raises(PurposeRequired, match="not declared for 'accounts'"):
        str(Order.objects.get().email)
    assert [(field, purpose) for field, purpose, _caller in told] == [("hostapp.Order.email", "accounts")]
    assert told[0][2].startswith(f"{__name__}:")


# Exits


@pytest.mark.parametrize("kwargs", [{}, {"exit": "printer"}, {"durable": True}])
def test_a_purpose_that_sends_data_out_names_its_exit_and_is_durable(kwargs: dict[str, Any]) -> None:
    with pytest.raises(gate.ScopeRefused, match="exit"):
        gate.scope("mailing", **kwargs)
    with pytest.raises(LookupError):
        gate.scope("mailing", exit="nowhere", durable=True)


@pytest.mark.django_db(transaction=True)
def test_a_durable_scope_refuses_a_transaction_and_commits_before_the_first_value() -> None:
    order()
    with transaction.atomic(), pytest.raises(gate.NotDurable, match="non_atomic_requests"):
        gate.scope("mailing", exit="printer", durable=True).__enter__()

    def send() -> None:
        with gate.scope("mailing", exit="printer", durable=True) as scope:
            assert not connection.in_atomic_block
            assert entries("gate.opened")[0]["exit"] == "printer"
            for row in scope.read(Order.objects.all(), ["email"]):
                scope.meter(row["email"].encode())
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        send()
    (closed,) = entries("gate.closed")
    assert (closed["rows"], closed["bytes"]) == (1, len(SECRET))


@pytest.mark.django_db(transaction=True)
def test_many_leave_by_an_exit_only_with_a_ticket_of_two_people() -> None:
    with override_settings(ONVIF_PRIVACY_GATE_BULK=1):
        order()
        order()
        one, other = UserFactory.create(), UserFactory.create()
        with pytest.raises(gate.ScopeRefused, match="two different"):
            gate.Ticket("A-1", "0" * 64, (one, one))
        with gate.scope("mailing", exit="printer", durable=True) as scope, pytest.raises(gate.BulkRefused):
            next(scope.read(Order.objects.all(), ["email"]))
        ticket = gate.Ticket("A-1", "0" * 64, (one, other))
        with gate.scope("mailing", exit="printer", durable=True, ticket=ticket) as scope:
            assert len(list(scope.read(Order.objects.all(), ["email"]))) == 2
        (approved,) = (one["approvers"] for one in entries("gate.opened") if "approvers" in one)
        assert sorted(approved) == sorted(subjects.for_user(each).reference for each in (one, other))


# Closing


def test_a_closed_gate_refuses_all_but_housekeeping_until_it_is_reopened() -> None:
    order()
    with gate.scope("fulfilment") as before:
        rows = before.read(Order.objects.all(), ["name"])
        gate.close("restoring a backup")
        with pytest.raises(gate.GateClosed, match="restoring a backup"):
            next(rows)
        with pytest.raises(gate.GateClosed):
            gate.find(Order.objects.all(), email=SECRET)
    with pytest.raises(gate.GateClosed):
        gate.scope("fulfilment").__enter__()
    with gate.scope("housekeeping"):
        pass
    gate.reopen()
    gate.reopen()
    with gate.scope("fulfilment"):
        assert Order.objects.get().email == SECRET
    assert (len(entries("gate.shut")), len(entries("gate.reopened"))) == (1, 1)
