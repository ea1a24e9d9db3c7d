"""The purpose gate: who may be read for what, and what the ledger holds before the first value is read."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core import serializers
from django.db import connection, connections, transaction
from django.forms import model_to_dict
from django.template import Context, Template
from django.test import override_settings

from onvif_privacy.core import consent, gate, keys, ledger, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.fields import LookupRefused, PurposeRequired, Sealed
from onvif_privacy.core.keys import SealBroken, destroy
from onvif_privacy.core.models import Entry, EntrySecret, Subject
from onvif_privacy.core.registry import Field, PersonalData
from onvif_privacy.core.signals import gate_refused
from onvif_privacy.core.testing import temporarily
from tests.core.factories import NoticeFactory, UserFactory
from tests.core.hostapp.models import Case, Letter, Order, Parcel

pytestmark = pytest.mark.django_db
SECRET = "canary@example.org"


def order(owner: Subject | None = None, **changes: Any) -> Order:
    """Store an order."""
    values = {"owner": owner or Subject.objects.create(), "email": SECRET, "name": "Ada"} | changes
    return Order.objects.create(**values)


def grant(subject: Subject, purpose: str = "offers") -> None:
    consent.decide(
        subject=subject,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=uuid.uuid4().hex,
        notice=NoticeFactory(),
    )


def entries(kind: str) -> list[dict[str, Any]]:
    """Return the payloads of a kind of entry."""
    return [ledger.opened(entry) for entry in Entry.objects.filter(kind=kind).order_by("at")]


# Every way in, without and with a right scope


def _refreshed() -> Any:
    found = Order.objects.get()
    found.refresh_from_db()
    return found.email


WAYS: dict[str, Callable[[], Any]] = {
    "attribute": lambda: Order.objects.get().email,
    "only": lambda: Order.objects.only("email").get().email,
    "only another": lambda: Order.objects.only("number").get().email,
    "defer": lambda: Order.objects.defer("email").get().email,
    "defer owner": lambda: Order.objects.defer("owner").get().email,
    "iterator": lambda: next(Order.objects.iterator()).email,
    "in_bulk": lambda: next(iter(Order.objects.in_bulk().values())).email,
    "slice": lambda: Order.objects.all()[:1][0].email,
    "select_related": lambda: Order.objects.select_related("owner").get().email,
    "raw": lambda: Order.objects.raw("SELECT * FROM hostapp_order")[0].email,
    "refresh": _refreshed,
    "copy": lambda: copy.copy(Order.objects.get()).email,
    "deepcopy": lambda: copy.deepcopy(Order.objects.get()).email,
    "getattr": lambda: getattr(Order.objects.get(), "email"),  # noqa: B009
    "model_to_dict": lambda: model_to_dict(Order.objects.get())["email"],
    "value_from_object": lambda: Order._meta.get_field("email").value_from_object(Order.objects.get()),
    "f-string": lambda: f"{Order.objects.get().email}",
    "template": lambda: Template("{{ one.email }}").render(Context({"one": Order.objects.get()})),
    "attribute of a saved row": lambda: _saved().email,
}
ALWAYS_SEALED: dict[str, Callable[[], Any]] = {
    "values": lambda: Order.objects.values("email")[0]["email"],
    "values_list": lambda: Order.objects.values_list("email")[0][0],
    "flat": lambda: Order.objects.values_list("email", flat=True)[0],
    "named": lambda: Order.objects.values_list("email", named=True)[0].email,
    "json": lambda: serializers.serialize("json", Order.objects.all()),
    "xml": lambda: serializers.serialize("xml", Order.objects.all()),
    "python": lambda: serializers.serialize("python", Order.objects.all())[0]["fields"]["email"],
    "__dict__": lambda: Order.objects.get().__dict__["email"],
    "vars": lambda: repr(vars(Order.objects.get())),
    "repr": lambda: repr(Order.objects.get().__dict__["email"]),
    "filter": lambda: Order.objects.filter(email=SECRET).count(),
    "cursor": lambda: _cursor(),
}


def _saved() -> Any:
    found = Order.objects.get()
    found.number += 1
    found.save()
    return found


def _cursor() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM hostapp_order")
        return repr(cursor.fetchall())


def seen(way: Callable[[], Any]) -> bool:
    """Whether a way in shows the plaintext."""
    try:
        return SECRET in repr(way())
    except (PurposeRequired, LookupRefused, TypeError):
        return False


@pytest.mark.parametrize("way", [*WAYS, *ALWAYS_SEALED])
def test_no_way_in_shows_plaintext_without_a_scope_that_may_read_it(way: str) -> None:
    open_way = (WAYS | ALWAYS_SEALED)[way]
    person = order().owner
    assert person is not None
    assert not seen(open_way)  # no scope
    with gate.scope("accounts"):  # another purpose
        assert not seen(open_way)
    with gate.scope("offers"):  # no consent
        assert not seen(open_way)
    with gate.scope("fulfilment", subject=Subject.objects.create()):  # another person
        assert not seen(open_way)
    with gate.scope("fulfilment") as ended:
        pass
    assert not ended.is_open
    assert not seen(open_way)
    subjects.restrict(person)
    with gate.scope("fulfilment"):
        assert not seen(open_way)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_an_instance_shows_plaintext_in_the_right_scope(way: str) -> None:
    owner = order().owner
    assert owner is not None
    for purpose in ("fulfilment", "counting"):
        with gate.scope(purpose):
            assert seen(WAYS[way])
    grant(owner)
    with gate.scope("offers"):
        assert seen(WAYS[way])
    with gate.scope("own_access", subject=owner):
        assert seen(WAYS[way])


@pytest.mark.parametrize("way", ALWAYS_SEALED)
def test_ways_that_know_no_row_stay_sealed_even_in_the_right_scope(way: str) -> None:
    order()
    with gate.scope("fulfilment"):
        assert not seen(ALWAYS_SEALED[way])


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


# Reading in bulk


def test_read_gives_encrypted_and_plain_columns_in_order_of_the_key() -> None:
    made = [order(email=f"{number}@example.org", phone=str(number)) for number in range(5)]
    with gate.scope("fulfilment") as scope:
        rows = list(scope.read(Order.objects.all(), ["email", "phone"]))
    assert len(made) == 5
    assert [row.pk for row in rows] == list(Order.objects.order_by("pk").values_list("pk", flat=True))
    assert {row["email"] for row in rows} == {f"{number}@example.org" for number in range(5)}
    assert all(row["email"].startswith(row["phone"]) for row in rows)
    assert repr(rows[0]) == "<Row of hostapp.Order>"


def test_read_refuses_a_field_that_is_not_declared_for_the_purpose() -> None:
    order()
    with gate.scope("counting") as scope, pytest.raises(PurposeRequired, match="not declared for 'counting'"):
        list(scope.read(Order.objects.all(), ["phone"]))


def test_read_leaves_out_whom_it_may_not_read() -> None:
    yes, _no, later = order(), order(), order()
    assert yes.owner is not None
    assert later.owner is not None
    grant(yes.owner)
    grant(later.owner)
    subjects.restrict(later.owner)
    with gate.scope("offers") as scope:
        assert [row.pk for row in scope.read(Order.objects.all(), ["email"])] == [yes.pk]
        assert (scope.counts.skipped, scope.counts.people, scope.counts.values) == (2, 1, 1)


def test_read_works_on_slices_rows_of_records_and_rows_without_an_owner() -> None:
    for _ in range(3):
        order()
    Parcel.objects.create(note="left")
    Letter.objects.create(case=Case.objects.create(), body="dear")
    with gate.scope("fulfilment") as scope:
        assert len(list(scope.read(Order.objects.order_by("-number")[:2], ["name"]))) == 2
        assert [row["note"] for row in scope.read(Parcel.objects.all(), ["note"])] == ["left"]
        assert [row["body"] for row in scope.read(Letter.objects.all(), ["body"])] == ["dear"]
        assert Parcel.objects.get().note == "left"
        assert Letter.objects.get().body == "dear"


def test_users_of_the_site_are_read_and_known_by_their_subject() -> None:
    user: User = UserFactory.create(email=SECRET)
    declared = PersonalData(
        "auth.User", {"user": "self"}, {"email": Field("contact", purposes=("fulfilment", "offers"), reach="email")}
    )
    with temporarily(declared):
        with gate.scope("fulfilment") as scope:
            (row,) = scope.read(User.objects.all(), ["email"])
            assert row["email"] == SECRET
            assert row.person == subjects.for_user(user).pk
        with gate.scope("offers") as scope:
            assert list(scope.read(User.objects.all(), ["email"])) == []


def test_rows_without_a_person_are_not_read_for_what_needs_consent() -> None:
    with temporarily(PersonalData("hostapp.Parcel", {}, {"note": Field("content", purposes=("offers",))})):
        Parcel.objects.create(note="left")
        with gate.scope("offers") as scope:
            assert isinstance(Parcel.objects.get().note, Sealed)
            assert list(scope.read(Parcel.objects.all(), ["note"])) == []


def test_reading_costs_the_same_queries_for_any_number_of_people(django_assert_num_queries: Any) -> None:
    Order.objects.bulk_create([Order(owner=Subject.objects.create(), name="x") for _ in range(300)])
    keys.label("opening")
    # opening: closed?; then again, rows, audience, keys; entry: savepoint, key, two inserts, release,
    # and the same at the end
    with django_assert_num_queries(15), gate.scope("counting") as scope:
        assert len(list(scope.read(Order.objects.all(), ["name"]))) == 300


def test_rows_cannot_be_read_after_the_scope_has_ended() -> None:
    order()
    order()
    with gate.scope("fulfilment") as scope:
        rows = scope.read(Order.objects.all(), ["name"])
        next(rows)
    with pytest.raises(PurposeRequired, match="ended"):
        next(rows)


def test_more_contacts_than_allowed_are_refused_before_the_first_is_read() -> None:
    with override_settings(ONVIF_PRIVACY_GATE_BULK=3):
        for _ in range(4):
            order()
        with gate.scope("fulfilment") as scope:
            with pytest.raises(gate.BulkRefused):
                next(scope.read(Order.objects.all(), ["email"]))
            assert len(list(scope.read(Order.objects.all(), ["name"]))) == 4  # no contact
        with gate.scope("fulfilment"):
            found = list(Order.objects.all())
            assert [one.email for one in found[:3]] == [SECRET] * 3
            with pytest.raises(gate.BulkRefused):
                found[3].email  # noqa: B018


# Finding


def test_find_returns_equal_values_and_nothing_else() -> None:
    rows = [order(email=f"{number}@example.org") for number in range(40)]
    wanted = order(email="ADA@example.org")
    order(email="")
    with gate.scope("fulfilment"):
        assert gate.find(Order.objects.all(), email=" ada@EXAMPLE.org") == [wanted]
        assert gate.find(Order.objects.all(), email="nobody@example.org") == []
        assert [gate.find(Order.objects.all(), email=f"{n}@example.org")[0].pk for n in range(40)] == [
            one.pk for one in rows
        ]


def test_find_needs_a_scope_that_may_read_and_leaves_people_out() -> None:
    order()
    with pytest.raises(PurposeRequired):
        gate.find(Order.objects.all(), email=SECRET)
    with gate.scope("accounts"), pytest.raises(PurposeRequired):
        gate.find(Order.objects.all(), email=SECRET)
    with gate.scope("offers"):
        assert gate.find(Order.objects.all(), email=SECRET) == []
    with gate.scope("fulfilment"), pytest.raises(LookupRefused, match="no blind index"):
        gate.find(Order.objects.all(), name="Ada")
    with gate.scope("fulfilment"), pytest.raises(TypeError):
        gate.find(Order.objects.all(), number=1)


# Evidence


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
    assert told[0][2].startswith("tests.core.test_gate:")


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
