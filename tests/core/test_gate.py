"""The purpose gate: who may be read for what, when, and in which thread or task."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from onvif_privacy.core import consent, gate, subjects
from onvif_privacy.core.consent import Method
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.keys import SealBroken, destroy
from onvif_privacy.core.models import Entry, Subject
from tests.core.hostapp.models import Order
from tests.core.orders import SECRET, grant, order

pytestmark = pytest.mark.django_db


def test_an_instance_refreshed_inside_a_scope_is_sealed_again_outside() -> None:
    made = order(meta={"a": [1]})
    with gate.scope("fulfilment"):
        made.refresh_from_db()
        made.refresh_from_db(fields=["email", "meta"])
        assert (made.email, made.meta) == (SECRET, {"a": [1]})
    assert isinstance(made.email, Sealed)
    assert isinstance(made.meta, Sealed)


def test_what_is_assigned_in_a_scope_is_stored() -> None:
    made = order()
    with gate.scope("fulfilment"):
        made.email = made.email.replace("canary", "other")
        made.save()
        assert Order.objects.get().email == "other@example.org"


def test_a_withdrawal_closes_the_gate_within_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = order().owner
    assert owner is not None
    grant(owner)
    with gate.scope("offers") as scope:
        now = [100.0]
        scope.permission._clock = lambda: now[0]
        assert Order.objects.get().email == SECRET
        consent.withdraw(subject=owner, purpose="offers", method=Method.FORM, key="no")
        now[0] += 2.1
        assert isinstance(Order.objects.get().email, Sealed)
        assert list(scope.read(Order.objects.all(), ["email"])) == []
        assert scope.counts.skipped == 1


def test_own_access_is_for_one_person_and_leaves_no_entry() -> None:
    mine, theirs = order(), order()
    with pytest.raises(gate.ScopeRefused):
        gate.scope("own_access")
    with gate.scope("own_access", subject=mine.owner) as scope:
        assert Order.objects.get(pk=mine.pk).email == SECRET
        assert isinstance(Order.objects.get(pk=theirs.pk).email, Sealed)
        assert [row.pk for row in scope.read(Order.objects.all(), ["email", "name", "phone"])] == [mine.pk]
    assert not Entry.objects.filter(kind__startswith="gate").exists()


def test_a_restricted_person_still_has_their_own_access() -> None:
    owner = order().owner
    assert owner is not None
    subjects.restrict(owner)
    with gate.scope("own_access", subject=owner):
        assert Order.objects.get().email == SECRET


def test_what_a_duty_keeps_is_read_for_that_duty_after_an_erasure() -> None:
    owner = order(invoice="42 EUR").owner
    assert owner is not None
    destroy(owner.pk, "data")
    Subject.objects.filter(pk=owner.pk).update(erased_at="2026-01-01T00:00Z")
    with gate.scope("accounts"):
        assert Order.objects.get().invoice == "42 EUR"
    with gate.scope("fulfilment") as scope:
        assert isinstance(Order.objects.get().email, Sealed)
        assert list(scope.read(Order.objects.all(), ["email"])) == []


def test_values_whose_key_was_destroyed_are_left_out_and_counted() -> None:
    gone, stays = order(), order()
    assert gone.owner is not None
    destroy(gone.owner.pk, "data")
    with gate.scope("fulfilment") as scope:
        assert isinstance(Order.objects.get(pk=gone.pk).email, Sealed)
        assert [row.pk for row in scope.read(Order.objects.all(), ["email"])] == [stays.pk]
        assert scope.counts.skipped == 1


def test_moved_ciphertext_raises_one_error_in_a_scope() -> None:
    one, other = order(), order()
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM hostapp_order")
        (first,), (second,) = cursor.fetchall()
        cursor.execute("UPDATE hostapp_order SET name = email")
    assert first != second
    with gate.scope("fulfilment") as scope:
        with pytest.raises(SealBroken):
            Order.objects.get(pk=one.pk).name  # noqa: B018
        with pytest.raises(SealBroken):
            list(scope.read(Order.objects.filter(pk=other.pk), ["name"]))


# Threads, tasks, nesting


def test_a_scope_is_not_seen_by_another_thread() -> None:
    sealed = Order.objects.get(pk=order().pk)
    found: list[Any] = []
    with gate.scope("fulfilment"):
        thread = threading.Thread(target=lambda: found.append(sealed.email))
        thread.start()
        thread.join()
        assert isinstance(found[0], Sealed)
        assert sealed.email == SECRET


def test_a_context_copied_in_a_scope_reads_nothing_after_it_has_ended() -> None:
    made = Order.objects.get(pk=order().pk)
    with gate.scope("fulfilment"):
        copied = contextvars.copy_context()
        assert copied.run(lambda: made.email) == SECRET
    assert isinstance(copied.run(lambda: made.email), Sealed)
    assert copied.run(gate.current) is None


def test_an_inner_scope_replaces_the_outer_one_for_a_while() -> None:
    made = order()
    with gate.scope("fulfilment"):
        with gate.scope("accounts"):
            assert isinstance(made.email, Sealed)
        assert made.email == SECRET
    with pytest.raises(RuntimeError), gate.scope("accounts"):
        raise RuntimeError
    assert gate.current() is None


@pytest.mark.django_db(transaction=True)
def test_a_scope_works_in_an_event_loop_and_stays_in_its_task() -> None:
    order()

    async def reading() -> list[str]:
        async with gate.scope("fulfilment") as scope:
            await asyncio.sleep(0.01)
            return [row["email"] async for row in scope.aread(Order.objects.all(), ["email"])]

    async def other() -> Any:
        await asyncio.sleep(0.005)
        return gate.current()

    async def both() -> Any:
        try:
            return await asyncio.gather(reading(), other())
        finally:
            await sync_to_async(connections.close_all)()  # those of the worker thread

    assert asyncio.run(both()) == [[SECRET], None]


@pytest.fixture(autouse=True)
def _closed_afterwards() -> Iterator[None]:
    yield
    assert gate.current() is None
