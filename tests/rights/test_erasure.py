"""Erasure leaves nothing of a person but what a duty keeps, spares everybody else, and can be killed anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import Error, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import doors, gate, keys, ledger, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Entry, Subject
from onvif_privacy.core.registry import (
    Claim,
    Field,
    HoldProvider,
    Json,
    PersonalData,
    Trace,
    anonymise,
    blank,
    delete,
    not_personal,
    personal_data,
)
from onvif_privacy.core.signals import subject_erased
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, ExportFile, Kind, Request, State, Step
from onvif_privacy.rights.services import erasure, export, holdings, requests, signing
from tests.core import faults
from tests.core.factories import DecisionFactory, UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, shopper
from tests.rights.test_page import signed_in
from tests.store import declarations
from tests.store.factories import LineFactory, OrderFactory
from tests.store.models import Line, Order

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        yield


def asked(subject: Subject) -> Request:
    return requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key=f"e{subject.pk.hex}", subject=subject)


def carried_out(request: Request, turns: int = 60) -> Request:
    for _turn in range(turns):
        request.refresh_from_db()
        if erasure.step(request=request) is None:
            break
    request.refresh_from_db()
    return request


def erased(subject: Subject) -> Request:
    request = carried_out(asked(subject))
    assert request.state == State.DONE, list(request.steps.values_list("label", "failure", "done_at"))
    return request


def dumped() -> bytes:
    """Every value of every table, as the database holds it."""
    found = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table in ("auth_permission", "django_content_type", "django_migrations"):
                continue  # names of models, a Canary among them
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                    found += raw + b"\n"
    return bytes(found)


def test_nothing_of_the_erased_is_left_and_nothing_of_others_is_touched() -> None:
    ada = shopper("Ada Canary", orders=3, username="ada-canary", email="ada-canary@example.org")
    bob = shopper("Bob Other", orders=2, username="bob-other")
    SealedOrder.objects.create(owner=ada, email="sealed-canary@example.org", phone="canary-phone")
    theirs = SealedOrder.objects.create(owner=bob, email="bob@example.org", name="Bob", phone="bobphone")
    erased(ada)
    left = dumped()
    for word in (b"Canary", b"canary", b"ada@example.org"):
        assert word not in left
    assert left.count(b"Bob Other") >= 2
    with gate.scope("fulfilment"):
        assert SealedOrder.objects.get(pk=theirs.pk).name == "Bob"
    assert SealedOrder.objects.exclude(pk=theirs.pk).get().email_index is None


def test_the_person_is_gone_and_their_keys_are_destroyed() -> None:
    ada = shopper()
    user = ada.user
    SealedOrder.objects.create(owner=ada, email="a@example.org")
    erased(ada)
    ada.refresh_from_db()
    assert ada.erased_at is not None
    assert ada.user_id is None
    assert user is not None
    user.refresh_from_db()
    assert not user.is_active
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(ada.pk, "data")


def test_kept_fields_stay_readable_for_their_duty_and_are_in_the_receipt() -> None:
    ada = shopper(orders=0)
    order = OrderFactory(customer=ada.user, name="Ada Kept", invoiced_on=TODAY)
    sealed = SealedOrder.objects.create(owner=ada, email="a@example.org", invoice="kept words", born=TODAY)
    request = erased(ada)
    order.refresh_from_db()
    assert order.name == "Ada Kept"
    assert order.email == ""
    with gate.scope("accounts"):
        assert SealedOrder.objects.get(pk=sealed.pk).invoice == "kept words"
    receipt = json.loads(request.receipt)
    assert signing.is_signed(receipt)
    kept = {one["model"]: one for one in receipt["body"]["kept"]}
    assert kept["store.Order"]["fields"] == ["invoice", "name"]
    assert kept["store.Order"]["until"][:4] == str(TODAY.year + 10)
    assert kept["hostapp.Order"]["rows"] == 1
    assert "may be such that we must not list them" in receipt["body"]["copies"]


def test_a_term_that_has_ended_keeps_nothing() -> None:
    ada = shopper(orders=0)
    order = OrderFactory(customer=ada.user, name="Ada Old", invoiced_on=date(2001, 1, 1))
    erased(ada)
    order.refresh_from_db()
    assert order.name == ""
    assert order.customer_id is None


def test_links_are_cut_where_nothing_is_kept() -> None:
    ada = shopper(orders=0)
    order = OrderFactory(customer=ada.user, invoiced_on=date(2001, 1, 1))
    kept = OrderFactory(customer=ada.user, invoiced_on=TODAY)
    erased(ada)
    order.refresh_from_db()
    kept.refresh_from_db()
    assert (order.customer_id is None, kept.customer_id is None) == (True, False)


def test_an_erasure_waits_restricted_and_can_be_cancelled(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 72
    ada = shopper()
    request = asked(ada)
    ada.refresh_from_db()
    assert request.state == State.COOLING
    assert ada.restricted_at is not None
    assert erasure.step(request=request) is None
    requests.cancel(request=request)
    ada.refresh_from_db()
    assert (request.state, ada.restricted_at) == (State.WITHDRAWN, None)
    assert erasure.step(request=request) is None
    assert Order.objects.get().name == "Ada Example"


def test_an_own_restriction_outlives_a_cancelled_erasure(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 72
    ada = shopper()
    requests.open(kind=Kind.RESTRICT, channel=Channel.ACCOUNT, key="r", subject=ada)
    requests.cancel(request=asked(ada))
    ada.refresh_from_db()
    assert ada.restricted_at is not None


def test_it_begins_after_the_time_to_cancel(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 72
    request = asked(shopper())
    Request.objects.update(state_at=timezone.now() - timedelta(hours=72, seconds=1))
    assert carried_out(request).state == State.DONE
    with pytest.raises(requests.NotNow):
        requests.cancel(request=request)


def test_staff_are_erased_after_a_second_look_by_somebody_else() -> None:
    boss, other = shopper(is_staff=True), UserFactory(is_staff=True)
    request = asked(boss)
    assert request.state == State.REVIEW
    assert carried_out(request).state == State.REVIEW
    assert boss.user is not None
    with pytest.raises(requests.NotNow):
        requests.approve(request, actor=boss.user)
    requests.approve(request, actor=other)
    assert carried_out(request).state == State.DONE


def test_merged_visitors_are_erased_with_the_person() -> None:
    ada, visitor = shopper(), subjects.visitor()
    SealedOrder.objects.create(owner=visitor, email="v@example.org", phone="visitor-canary")
    subjects.merge(visitor=visitor, into=ada, key="m")
    erased(ada)
    visitor.refresh_from_db()
    assert visitor.erased_at is not None
    assert b"visitor-canary" not in dumped()


def test_files_and_their_variants_go_from_the_disk() -> None:
    ada, bob = shopper(orders=0), shopper(orders=0)
    mine, theirs = OrderFactory(customer=ada.user, invoiced_on=date(2001, 1, 1)), OrderFactory(customer=bob.user)
    mine.invoice.save("a.pdf", ContentFile(b"canary"))
    theirs.invoice.save("b.pdf", ContentFile(b"bob"))
    erased(ada)
    assert not default_storage.exists(mine.invoice.name)
    assert default_storage.exists(theirs.invoice.name)


def test_a_storage_that_keeps_the_file_stops_the_erasure_with_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper(orders=0)
    mine = OrderFactory(customer=ada.user, invoiced_on=date(2001, 1, 1))
    mine.invoice.save("a.pdf", ContentFile(b"canary"))
    request = asked(ada)
    with monkeypatch.context() as patch:
        patch.setattr(type(mine.invoice.storage._wrapped), "delete", lambda storage, name: None)
        with pytest.raises(OSError, match="still holds"):
            carried_out(request)
    request.refresh_from_db()
    assert request.state == State.WORKING
    assert Step.objects.get(request=request, label="files").failure == "OSError"
    assert Alarm.objects.filter(kind="rights.erasure", reference=f"{request.reference}-files").exists()
    assert Order.objects.get().name == "Ada Example"
    assert carried_out(request).state == State.DONE


def test_admin_log_sessions_and_caches_forget_the_person() -> None:
    cached = replace(declarations.ORDER, caches=lambda pk: (f"order:{pk}",))
    with temporarily(cached):
        ada, staff, bob = shopper("Ada Canary"), UserFactory(is_staff=True), shopper("Bob")
        order = Order.objects.get(name="Ada Canary")
        for one in (order, Order.objects.get(name="Bob")):
            LogEntry.objects.create(
                user=staff,
                content_type=ContentType.objects.get_for_model(Order),
                object_id=str(one.pk),
                object_repr=f"log of {one.name}",
                action_flag=CHANGE,
                change_message=f"changed {one.name}",
            )
        cache.set(f"order:{order.pk}", "canary")
        signed_in(ada).get("/privacy/me/")
        theirs = signed_in(bob)
        theirs.get("/privacy/me/")
        assert Session.objects.count() == 2
        request = asked(ada)
        with connection_commits():
            carried_out(request)
        assert Session.objects.count() == 1
        assert theirs.get("/privacy/me/").status_code == 200
        assert cache.get(f"order:{order.pk}") is None
        assert list(LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)) == ["–", "log of Bob"]
        assert b"Canary" not in dumped()


class connection_commits:
    """Run what waits for a commit, as outside of a test's own transaction."""

    def __enter__(self) -> None:
        from django.test import TestCase

        self.capture = TestCase.captureOnCommitCallbacks(execute=True)
        self.capture.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.capture.__exit__(*error)


UNDECLARED = replace(
    declarations.ORDER,
    fields={**declarations.ORDER.fields, "name": Field("identity", purposes=("operation",), erase=blank())},
    row=delete(when="empty"),
)


def test_an_undeclared_cascade_stops_the_plan_before_anything_is_changed() -> None:
    with temporarily(UNDECLARED, without=((PersonalData, "store.line"),)):
        ada = shopper("Ada Canary")
        assert erasure.cascades() == [("store.Order", "store.Line")]
        request = asked(ada)
        before = Order.objects.values().get()
        with pytest.raises(erasure.UndeclaredCascade, match=r"store\.Line goes with store\.Order"):
            carried_out(request)
        assert Order.objects.values().get() == before
        assert Line.objects.get().engraving_text == "for Ada Canary"
        assert Step.objects.get(request=request, label="planned").failure == "UndeclaredCascade"


WHOLE = PersonalData(
    model="store.Order",
    subjects={"customer": "customer"},
    fields={
        "email": Field("contact", purposes=("operation",), erase=blank()),
        "name": Field("identity", purposes=("operation",), erase=anonymise("–")),
        "voucher": Field("identity", purposes=("operation",), erase=anonymise(unique=True)),
    },
    not_personal=("id", "number"),
    row=delete(),
)
LINES_OF_ANYBODY = PersonalData(
    model="store.Line",
    subjects={"reader": "category__line__order__customer"},
    fields={"engraving_text": Field("content", purposes=("operation",), erase=blank())},
    not_personal=("id",),
)


def test_rows_are_deleted_where_the_declaration_says_so_children_first() -> None:
    with temporarily(WHOLE, replace(declarations.LINE, row=delete())):
        ada, bob = shopper("Ada Canary", orders=2), shopper("Bob")
        models = [one.model for one in erasure.planning.ordered()]
        assert models.index("store.Line") < models.index("store.Order") < models.index("auth.User")
        erased(ada)
        assert list(Order.objects.values_list("name", flat=True)) == ["Bob"]
        assert Line.objects.count() == 1
        assert bob.user_id is not None


def test_a_row_that_would_take_anothers_along_is_emptied_instead() -> None:
    with temporarily(WHOLE, LINES_OF_ANYBODY):
        ada = shopper("Ada Canary", orders=0)
        order = OrderFactory(customer=ada.user, name="Ada Canary")
        LineFactory(order=order, engraving_text="words of Bob")  # nobody is known to own it
        erased(ada)
        order.refresh_from_db()
        assert (order.name, order.email, order.customer_id) == ("–", "", None)
        assert Line.objects.get().engraving_text == "words of Bob"


def test_leaves_of_another_person_stay_in_a_shared_json_field() -> None:
    shared = replace(
        declarations.ORDER,
        subjects={"customer": "customer", "other": "line__category__line__order__customer"},
        fields={
            **declarations.ORDER.fields,
            "meta": Json(
                {"theirs": Field("profile", of="other", erase=delete()), "free": not_personal},
                rest=Field("profile", purposes=("operation",), erase=delete()),
            ),
        },
    )
    with temporarily(shared):
        ada = shopper(orders=0)
        order = OrderFactory(customer=ada.user, meta={"theirs": "Bob", "mine": "canary", "free": 1})
        scalar = OrderFactory(customer=ada.user, meta="canary")
        erased(ada)
        order.refresh_from_db()
        scalar.refresh_from_db()
        assert order.meta == {"theirs": "Bob", "free": 1}
        assert scalar.meta == {}


def test_guest_rows_of_a_proven_address_go_and_other_guests_stay() -> None:
    guests = replace(declarations.ORDER, claims={"customer": Claim("email")})
    with temporarily(guests):
        ada = subjects.correspondent()
        OrderFactory(customer=None, email="ada@example.org", name="Ada Guest", invoiced_on=date(2001, 1, 1))
        OrderFactory(customer=None, email="bob@example.org", name="Bob Guest")
        holdings.claim(ada, kind="email", value="ada@example.org")
        request = requests.open(kind=Kind.ERASE, channel=Channel.BROWSER, key="g", subject=ada)
        assert carried_out(request).state == State.DONE
        assert set(Order.objects.values_list("name", flat=True)) == {"", "Bob Guest"}


def test_traces_are_told_first_and_once_and_a_failing_one_holds_everything_back() -> None:
    told: list[str] = []

    def failing(subject: Any) -> None:
        told.append(subject.reference)
        if len(told) == 1:
            raise ConnectionError("planted")

    ada = shopper()
    with temporarily(Trace("search", erase=failing, label="Search engine")):
        request = asked(ada)
        with pytest.raises(ConnectionError):
            carried_out(request)
        assert Order.objects.get().name == "Ada Example"
        carried_out(request)
    assert told == [ada.reference, ada.reference]
    assert "Search engine" in json.loads(request.receipt)["body"]["told"]


def test_a_hold_that_takes_its_copy_is_waited_for_and_changes_no_byte_of_the_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from onvif_privacy.core.registry import Held

    takes: list[bool] = [True]

    def covering(subject: Any, label: str, fields: Any) -> list[Held]:
        return [Held("secret", timezone.now() + timedelta(days=9), takes[0], False)] if label == "store.Order" else []

    ada, eve = shopper("Ada"), shopper("Eve")
    with temporarily(HoldProvider("court", covering=covering)):
        request = asked(ada)
        carried_out(request, turns=12)
        assert request.state == State.WORKING
        assert Order.objects.get(name="Ada").email
        takes[0] = False
        assert carried_out(request).state == State.DONE
    free = erased(eve)

    def comparable(one: Request) -> dict[str, Any]:
        body = dict(json.loads(one.receipt)["body"])
        return {name: body[name] for name in body if name not in ("reference", "received_at", "done_at")}

    assert comparable(request) == comparable(free)


def test_what_is_written_meanwhile_is_taken_by_the_walk_that_verifies() -> None:
    ada = shopper("Ada Canary")
    request = asked(ada)
    while not Step.objects.filter(request=request, label="traces", done_at__isnull=False).exists():
        request.refresh_from_db()
        erasure.step(request=request)
    OrderFactory(customer=ada.user, name="Late Canary", invoiced_on=date(2001, 1, 1))
    carried_out(request)
    assert request.state == State.DONE
    assert b"Canary" not in dumped()


def test_exports_and_other_requests_end_with_the_person() -> None:
    ada = shopper()
    wanted = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="x", subject=ada)
    export.build(request=wanted)
    made = ExportFile.objects.get()
    again = requests.open(kind=Kind.EXPORT, channel=Channel.ACCOUNT, key="y", subject=ada)
    erased(ada)
    again.refresh_from_db()
    made.refresh_from_db()
    assert again.state == State.WITHDRAWN
    assert made.deleted_at is not None
    assert not storages["privacy_exports"].exists(made.storage_name)


def test_letters_about_other_requests_do_not_leave_after_the_erasure(mailoutbox: list[Any]) -> None:
    ada, staff = shopper(), UserFactory(is_staff=True)
    asked_before = requests.open(
        kind=Kind.CORRECT, channel=Channel.ACCOUNT, key="c", subject=ada, address="ada-canary@example.org", wish={}
    )
    requests.refuse(request=asked_before, reason="of ada-canary", actor=staff)
    erased(ada)
    assert run_due(names=("rights.letters",))[0].outcome == "done"
    assert [one.to for one in mailoutbox if "refused" in one.subject] == []
    assert b"ada-canary" not in dumped()


def test_each_step_leaves_an_entry_without_a_value() -> None:
    ada = shopper("Ada Canary")
    request = erased(ada)
    steps = [ledger.opened(one) for one in Entry.objects.filter(kind="rights.step")]
    assert {one["step"] for one in steps} == set(erasure.LABELS)
    assert all(one["request"] == request.reference for one in steps)
    planned = ledger.opened(Entry.objects.get(kind="rights.planned"))
    assert planned["plan"] == request.plan_digest
    assert "Canary" not in json.dumps(request.plan)
    assert Entry.objects.filter(kind="rights.erased").count() == 1


def test_whoever_listens_is_told_once_with_the_receipt() -> None:
    heard: list[Any] = []
    listener = lambda **sent: heard.append((sent["subject"].pk, sent["receipt"]["kind"]))  # noqa: E731
    subject_erased.connect(listener, weak=False)
    ada = shopper()
    try:
        with connection_commits():
            erased(ada)
    finally:
        subject_erased.disconnect(listener)
    assert heard == [(ada.pk, "erasure")]


def test_the_door_begins_an_erasure_for_whoever_asks_from_the_house() -> None:
    ada = shopper()
    first = doors.eraser(ada.pk, "orphan")
    assert doors.eraser(ada.pk, "orphan") == first
    request = Request.objects.get(reference=first)
    assert carried_out(request).state == State.DONE
    assert doors.eraser(ada.pk, "orphan") == first


def test_the_job_carries_out_everybody_and_one_that_fails_does_not_stop_the_others() -> None:
    ada, bob = shopper("Ada"), shopper("Bob")

    def failing(subject: Any) -> None:
        if subject.pk == ada.pk:
            raise ConnectionError("planted")

    with temporarily(Trace("search", erase=failing)):
        first, second = asked(ada), asked(bob)
        assert run_due(names=("rights.erasures",))[0].outcome == "done"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.WORKING, State.DONE)


def test_steps_are_bounded_and_go_on_where_they_stopped(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_STEP_ROWS = 2
    ada = shopper("Ada Canary", orders=7)
    erased(ada)
    assert b"Canary" not in dumped()


def test_plan_says_what_ends_and_what_stays_and_changes_nothing(django_assert_max_num_queries: Any) -> None:
    ada = shopper(orders=0)
    OrderFactory(customer=ada.user, invoiced_on=TODAY)
    before = dumped()
    with django_assert_max_num_queries(2 * len(holdings.declared()) + 3):
        found = erasure.plan(subject=ada)
    models = {one.model: one for one in found.models}
    assert models["store.Order"].rows == 1
    assert "email" in models["store.Order"].ends
    assert models["store.Order"].keeps["bookkeeping"]["fields"] == ["invoice", "name"]
    assert dumped() == before
    assert erasure.plan(subject=ada).digest == found.digest


def test_a_date_never_becomes_today_and_unique_values_stay_unique() -> None:
    ada = shopper(orders=0)
    for _number in range(3):
        OrderFactory(customer=ada.user, birth_date=date(1999, 5, 6), invoiced_on=date(2001, 1, 1))
    erased(ada)
    assert set(Order.objects.values_list("birth_date", flat=True)) == {date(1999, 1, 1)}
    assert len(set(Order.objects.values_list("voucher", flat=True))) == 3


def _scene() -> Request:
    ada = shopper("Ada Canary", orders=1)
    shopper("Bob Other", orders=1)
    DecisionFactory(subject=ada, purpose="offers", key="k")
    SealedOrder.objects.create(owner=ada, email="canary@example.org")
    return asked(ada)


def _without_faults() -> int:
    request = _scene()
    count = faults.statements_of(lambda: carried_out(request))
    Request.objects.all()
    return count


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", range(4))
def test_a_failure_at_any_statement_leaves_it_unfinished_and_the_next_run_finishes_it(
    part: int, settings: Settings
) -> None:
    total, step = 500, 61  # a few dozen of the places in every run; each of them in the full set
    for number in range(1 + part * 17, total, step):
        request = _scene()
        with faults.at_statement(number) as counting, suppress(faults.Fault):
            carried_out(request)
        _finished(request, number)
        if len(counting.seen) < number:
            return


def _finished(request: Request, number: int) -> None:
    request.refresh_from_db()
    if request.state == State.DONE:
        assert b"Canary" not in dumped(), number
    carried_out(request)
    assert request.state == State.DONE, number
    assert b"Canary" not in dumped(), number
    assert b"Bob Other" in dumped()
    assert Entry.objects.filter(kind="rights.erased", secret__subject_id=request.subject_id).count() == 1


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [False, True])
def test_a_failure_at_each_statement_is_survived(lost: bool) -> None:
    number = 0
    while True:
        number += 1
        request = _scene()
        with faults.at_statement(number, lost=lost) as counting, suppress(faults.Fault, Error):
            carried_out(request)
        if lost:
            connection.close()
        _finished(request, number)
        if len(counting.seen) < number:
            break
    assert number > 100


def _commits(after: bool, numbers: Iterable[int]) -> int:
    """Let each of these commits fail in an erasure of its own; returns the first number that no commit had."""
    for number in numbers:
        request = _scene()
        with faults.at_commit(after=after, number=number) as seen, suppress(faults.Fault, Error):
            carried_out(request)
        connection.close()
        _finished(request, number)
        done = [ledger.opened(one) for one in Entry.objects.filter(kind="rights.step")]
        mine = [one["step"] for one in done if one["request"] == request.reference]
        assert sorted(mine) == sorted(erasure.LABELS), number  # none was done twice
        if seen[0] < number:
            return number
    return 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("after", "first"), [(False, 2), (True, 5)])
def test_a_commit_that_fails_or_seems_to_is_survived_and_no_step_is_done_twice(after: bool, first: int) -> None:
    _commits(after, range(first, 40, 12))


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True])
def test_each_commit_may_fail_before_and_after_it_took_effect(after: bool) -> None:
    assert _commits(after, range(1, 10_000)) > len(erasure.LABELS)


def test_people_who_are_erased_are_strangers_afterwards() -> None:
    ada = shopper()
    client = signed_in(ada)
    erased(ada)
    assert b"Sign in" in client.get("/privacy/me/").content
    assert client.get("/privacy/me/download/").status_code == 302
    assert Client().get("/privacy/me/").status_code == 200
    assert personal_data.get("store.order") is not None
