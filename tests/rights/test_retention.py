"""What outlives its term ends within a day, by the keep rule; much at once waits for a yes; a hold is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import consent, gate
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Entry, Lease, Method, Outcome, Subject
from onvif_privacy.core.registry import (
    After,
    Basis,
    Claim,
    Field,
    Held,
    HoldProvider,
    Json,
    PersonalData,
    Purpose,
    While,
    anonymise,
    blank,
    delete,
    generalise,
    keep,
    not_personal,
)
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Randomised, RetentionRule
from onvif_privacy.rights.services import retention
from onvif_privacy.rights.services.retention import ending, overview, rules, running
from tests.core.factories import UserFactory
from tests.core.hostapp.models import Order as SealedOrder
from tests.core.orders import entries
from tests.rights.factories import STORE, person
from tests.store import declarations
from tests.store.factories import LineFactory, OrderFactory
from tests.store.models import Line, Order

pytestmark = pytest.mark.django_db
NEWS = Purpose("news", label="News", text="We write news.", basis=Basis.CONSENT, clause="operation")


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with temporarily(*STORE, NEWS):
        adopted()
        yield


def adopted() -> None:
    """Let every rule run, as on a site on which nothing was due when it was declared."""
    for declaration in rules.with_an_end():
        known = {"digest": rules.digest(declaration), "since": timezone.now(), "approved_at": timezone.now()}
        RetentionRule.objects.update_or_create(model=declaration.model.lower(), defaults=known)


def ended(job: str = "rights.retention") -> str:
    """Run the job once; return what became of it."""
    return run_due(names=(job,))[0].outcome


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def on(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def agree(subject: Subject, outcome: Outcome = Outcome.GRANTED, purpose: str = "news") -> None:
    notice = consent.notice(text="News?", language="en", surface="form")
    key = f"k{consent.history(subject).count()}"
    consent.decide(subject=subject, purpose=purpose, outcome=outcome, method=Method.FORM, key=key, notice=notice)


def order(**values: Any) -> Order:
    made: Order = OrderFactory(name="Ada", email="ada@example.org", birth_date=date(1980, 5, 6), **values)
    return made


def test_fields_end_one_by_one_as_their_terms_do() -> None:
    young, closed, old = (
        order(closed_at=ago(729)),
        order(closed_at=ago(731)),
        order(closed_at=ago(4000), invoiced_on=on(3653)),
    )
    voucher = closed.voucher
    assert ended() == "done"
    for one in (young, closed, old):
        one.refresh_from_db()
    assert (young.email, young.name, young.birth_date) == ("ada@example.org", "Ada", date(1980, 5, 6))
    assert (closed.email, closed.name, closed.birth_date) == ("", "Ada", date(1980, 1, 1))
    assert closed.voucher != voucher
    assert (old.email, old.name) == ("", "")


def test_what_has_ended_is_not_ended_again() -> None:
    closed = order(closed_at=ago(731), meta={"ip": "192.0.2.7", "utm": {"a": 1}, "note": "words"})
    ended()
    closed.refresh_from_db()
    voucher, entries = closed.voucher, Entry.objects.filter(kind="rights.ended").count()
    assert closed.meta == {"ip": "192.0.2.0", "utm": {"a": 1}}
    assert Randomised.objects.get().row == str(closed.pk)
    ended()
    closed.refresh_from_db()
    assert (closed.voucher, Entry.objects.filter(kind="rights.ended").count()) == (voucher, entries)


def test_an_empty_date_has_not_begun() -> None:
    open_one = order(closed_at=None, invoiced_on=None)
    ended()
    open_one.refresh_from_db()
    assert (open_one.email, open_one.name) == ("ada@example.org", "Ada")


def test_the_evidence_counts_and_names_no_value() -> None:
    order(closed_at=ago(731))
    order(closed_at=ago(731))
    ended()
    payload = entries("rights.ended")[0]
    assert payload == {"model": "store.order", "deleted": 0, "ended": 2, "files": 0, "log": 0}


def test_a_row_goes_whole_once_everything_in_it_has_ended_and_its_file_before_it() -> None:
    with temporarily(replace(declarations.ORDER, row=delete(when="empty"))):
        adopted()
        half, whole = order(closed_at=ago(731), invoiced_on=on(3000)), order(closed_at=ago(4000), invoiced_on=on(3700))
        for one in (half, whole):
            one.invoice.save("i.pdf", ContentFile(b"words"))
        name = whole.invoice.name
        ended()
        assert list(Order.objects.values_list("pk", flat=True)) == [half.pk]
        assert not default_storage.exists(name)
        half.refresh_from_db()
        assert default_storage.exists(half.invoice.name)


WITH_LINES = replace(
    declarations.LINE,
    terms={"operation": While("order")},
)


def test_children_that_last_as_long_as_the_row_go_with_it() -> None:
    whole = replace(declarations.ORDER, row=delete(when="empty"))
    with temporarily(whole, WITH_LINES):
        adopted()
        LineFactory(order=order(closed_at=ago(4000), invoiced_on=on(3700)))
        ended()
        assert (Order.objects.count(), Line.objects.count()) == (0, 0)


def test_children_with_a_term_of_their_own_hold_the_row_back_but_not_its_fields() -> None:
    with temporarily(replace(declarations.ORDER, row=delete(when="empty"))):
        adopted()
        line = LineFactory(order=order(closed_at=ago(4000), invoiced_on=on(3700)), engraving_text="for Ada")
        ended()
        line.refresh_from_db()
        assert (line.order.name, line.order.email, line.engraving_text) == ("", "", "for Ada")


def test_a_file_that_the_storage_keeps_leaves_its_row_and_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = order(invoiced_on=on(3700), closed_at=ago(4000)), order(invoiced_on=on(3700), closed_at=ago(4000))
    bad.invoice.save("bad.pdf", ContentFile(b"words"))
    good.invoice.save("good.pdf", ContentFile(b"words"))
    storage = type(bad.invoice.storage._wrapped)
    real = storage.delete
    keep_bad = lambda self, name: None if "bad" in name else real(self, name)  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", keep_bad)
        assert ended() == "failed"
    for one in (bad, good):
        one.refresh_from_db()
    assert (bad.name, good.name, bool(bad.invoice), bool(good.invoice)) == ("Ada", "", True, False)
    assert ended() == "done"
    bad.refresh_from_db()
    assert (bad.name, bool(bad.invoice)) == ("", False)


ASKED = replace(
    declarations.ORDER,
    fields={
        "email": Field("contact", purposes=("news",), erase=blank()),
        "name": Field("identity", purposes=("news", "operation"), erase=anonymise("–")),
    },
    not_personal=("id", "number", "birth_date", "voucher", "invoice", "meta", "created_at", "closed_at", "invoiced_on"),
)


def test_what_rests_on_consent_lives_while_it_is_granted() -> None:
    with temporarily(ASKED):
        adopted()
        yes, no, never, nobody = person(), person(), person(), None
        agree(yes)
        agree(no)
        agree(no, Outcome.WITHDRAWN)
        rows = [order(customer=one and one.user, closed_at=ago(731)) for one in (yes, no, never, nobody)]
        ended()
        for row in rows:
            row.refresh_from_db()
        assert [row.email for row in rows] == ["ada@example.org", "", "", "ada@example.org"]  # the last is nobody's
        assert [row.name for row in rows] == ["Ada", "–", "–", "–"]


def test_a_withdrawal_ends_it_at_the_next_minute() -> None:
    with temporarily(ASKED):
        adopted()
        ada, bob = person(), person()
        for one in (ada, bob):
            agree(one)
        mine, theirs = order(customer=ada.user), order(customer=bob.user)
        assert ended("rights.withdrawn") == "done"
        mine.refresh_from_db()
        assert mine.email == "ada@example.org"
        agree(ada, Outcome.WITHDRAWN)
        ended("rights.withdrawn")
        mine.refresh_from_db()
        theirs.refresh_from_db()
        assert (mine.email, mine.name, theirs.email) == ("", "Ada", "ada@example.org")


def test_many_withdrawals_at_once_are_all_taken_and_nobody_waits_for_the_first_ones_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with temporarily(ASKED):
        adopted()
        people = [person() for _number in range(7)]
        rows = []
        for one in people:
            agree(one)
            rows.append(order(customer=one.user))
        ended("rights.withdrawn")
        for one in people:
            agree(one, Outcome.WITHDRAWN)
        looked = list[Any]()
        real = running.end_for
        monkeypatch.setattr(running, "end_for", lambda run, who, *a, **k: looked.append(who) or real(run, who, *a, **k))
        outcomes = []
        while "done" not in outcomes:  # each run has time for two people
            monkeypatch.setattr(running.Run, "spent", property(Spent(looked, len(looked) + 2)))
            outcomes.append(ended("rights.withdrawn"))
            if len(outcomes) == 2:
                late = person()
                agree(late)
                rows.append(order(customer=late.user))
                agree(late, Outcome.WITHDRAWN)
        assert outcomes == ["out of time"] * 3 + ["done"]
        assert looked == [one.pk for one in people]
        looked.clear()
        monkeypatch.undo()
        assert ended("rights.withdrawn") == "done"  # the next pass takes who came meanwhile
        assert [Order.objects.get(pk=row.pk).email for row in rows] == [""] * 8


class Spent:
    """Says that the seconds of a run are used once so many were looked at."""

    def __init__(self, looked: list[Any], most: int) -> None:
        self.looked, self.most = looked, most

    def __call__(self, run: Any) -> bool:
        run.cut = len(self.looked) >= self.most
        return bool(run.cut)


def test_rows_that_a_function_finds_end_by_the_withdrawal() -> None:
    found = replace(ASKED, subjects={"customer": lambda rows, subject: rows.filter(customer=subject.user_id)})
    with temporarily(found):
        ada = person()
        agree(ada)
        mine = order(customer=ada.user)
        ended()
        mine.refresh_from_db()
        assert mine.email == "ada@example.org"
        agree(ada, Outcome.WITHDRAWN)
        ended("rights.withdrawn")
        mine.refresh_from_db()
        assert mine.email == ""


def test_guests_are_asked_by_nobody_so_what_needs_consent_ends() -> None:
    with temporarily(replace(ASKED, claims={"customer": Claim("email")})):
        adopted()
        guest = order(customer=None)
        ended()
        guest.refresh_from_db()
        assert (guest.email, guest.name) == ("", "Ada")


def test_the_decision_of_a_merged_visitor_stands_with_the_account() -> None:
    from onvif_privacy.core import subjects

    with temporarily(NEWS_OF_SUBJECTS):
        adopted()
        visitor, ada = subjects.visitor(), person()
        agree(visitor)
        mine = SealedOrder.objects.create(owner=visitor, phone="0123")
        subjects.merge(visitor=visitor, into=ada, key="m")
        SealedOrder.objects.filter(pk=mine.pk).update(owner=visitor)  # a plain link that was not moved
        ended()
        mine.refresh_from_db()
        assert mine.phone == "0123"
        agree(ada, Outcome.WITHDRAWN)
        ended()
        mine.refresh_from_db()
        assert mine.phone == ""


NEWS_OF_SUBJECTS = PersonalData(
    model="hostapp.Order",
    subjects={"buyer": "owner"},
    terms={"operation": After("born", days=3650)},
    fields={
        "phone": Field("contact", purposes=("news",), erase=blank()),
        "invoice": Field("billing", purposes=("operation",), erase=keep("operation", then=blank())),
        "born": Field("demographic", purposes=("operation",), erase=generalise("year")),
    },
    not_personal=("id", "owner", "number", "email_index", "email", "name", "age", "meta", "photo", "health"),
)


def test_a_term_may_count_from_a_sealed_date_and_a_sealed_date_may_keep_its_year() -> None:
    with temporarily(NEWS_OF_SUBJECTS):
        adopted()
        ada, bob = person(), person()
        old = SealedOrder.objects.create(owner=ada, invoice="words", born=on(3651))
        young = SealedOrder.objects.create(owner=bob, invoice="words", born=on(3649))
        assert ended() == "done"
        old.refresh_from_db()
        young.refresh_from_db()
        assert (old.__dict__["invoice"], young.__dict__["invoice"] is None) == (None, False)
        with gate.scope("operation"):
            assert SealedOrder.objects.get(pk=old.pk).born == on(3651).replace(month=1, day=1)
            assert SealedOrder.objects.get(pk=young.pk).born == on(3649)


def test_kept_fields_of_the_erased_run_out_though_their_key_is_gone() -> None:
    with temporarily(NEWS_OF_SUBJECTS):
        adopted()
        ada = person()
        old = SealedOrder.objects.create(owner=ada, invoice="words", born=on(3651))
        Subject.objects.filter(pk=ada.pk).update(user=None, erased_at=timezone.now())
        assert ended() == "done"
        old.refresh_from_db()
        assert old.__dict__["invoice"] is None
        assert old.__dict__["born"] is None  # what cannot be opened cannot be made less exact


def test_a_copy_that_is_being_taken_is_waited_for_and_no_hold_keeps_a_live_row() -> None:
    takes = [True]

    def covering(subject: Any, label: str, fields: Any) -> list[Held]:
        return [Held("court", timezone.now() + timedelta(days=9), takes[0], True)] if label == "store.Order" else []

    ada = person()
    mine, nobodys = order(customer=ada.user, closed_at=ago(731)), order(customer=None, closed_at=ago(731))
    with temporarily(HoldProvider("court", covering=covering)):
        assert ended() == "done"
        mine.refresh_from_db()
        nobodys.refresh_from_db()
        assert (mine.email, nobodys.email) == ("ada@example.org", "")
        takes[0] = False
        ended()
        mine.refresh_from_db()
        assert mine.email == ""


def test_a_new_rule_that_would_end_much_waits_with_examples_until_somebody_says_yes() -> None:
    RetentionRule.objects.all().delete()
    due = [order(closed_at=ago(731)) for _number in range(3)]
    for _number in range(17):
        order()
    assert ended() == "done"
    rule = RetentionRule.objects.get(model="store.order")
    assert (rule.waits, rule.due, rule.total) == (True, 3, 20)
    assert {one["row"] for one in rule.examples} == {str(one.pk) for one in due}
    assert Order.objects.filter(email="").count() == 0
    boss = UserFactory(is_staff=True)
    retention.approve(rule, actor=boss)
    with pytest.raises(rules.NotNow):
        retention.approve(rule, actor=boss)
    ended()
    assert Order.objects.filter(email="").count() == 3
    assert Entry.objects.filter(kind="rights.retention").count() == 1


def test_a_new_rule_that_ends_little_runs_at_once_and_a_changed_one_is_new() -> None:
    RetentionRule.objects.all().delete()
    order(closed_at=ago(731))
    for _number in range(9):
        order(closed_at=ago(100))
    ended()
    assert Order.objects.filter(email="").count() == 1  # a tenth of ten
    sooner = {**declarations.ORDER.terms, "operation": After("closed_at", days=90)}
    with temporarily(replace(declarations.ORDER, terms=sooner)):
        ended()
        assert Order.objects.filter(email="").count() == 1
        assert RetentionRule.objects.get(model="store.order").waits


def test_asking_again_changes_the_rule_so_that_nothing_ends_before_anybody_could_answer() -> None:
    with temporarily(ASKED):
        adopted()
        ada = person()
        agree(ada)
        mine = order(customer=ada.user)
        consent.renew("news", reference="v2")
        ended()
        mine.refresh_from_db()
        assert mine.email == "ada@example.org"
        assert RetentionRule.objects.get(model="store.order").waits


def test_much_is_more_than_a_thousand_rows_or_a_tenth() -> None:
    assert not any(rules.too_many(*one) for one in [(1000, 20_000), (100, 1000), (0, 0), (1, 10)])
    assert all(rules.too_many(*one) for one in [(1001, 20_000), (101, 1000), (1, 9)])


def test_a_killed_run_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH", 2)
    made = [order(closed_at=ago(731)) for _number in range(7)]
    real, calls = running.end, [0]

    def dying(turn: Any, *, now: Any) -> Any:
        calls[0] += turn.declaration.model == "store.Order"
        if calls[0] == 3:
            raise KeyboardInterrupt
        return real(turn, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(running, "end", dying)
        with pytest.raises(KeyboardInterrupt):
            ended()
    assert Order.objects.filter(email="").count() == 4
    Lease.objects.filter(job="rights.retention").update(until=ago(1))
    assert ended() == "done"
    assert Order.objects.filter(email="").count() == len(made)
    assert Lease.objects.get(job="rights.retention").cursor == {}


def test_the_admins_log_forgets_what_ended() -> None:
    staff, mine = UserFactory(is_staff=True), order(closed_at=ago(731))
    kind = ContentType.objects.get_for_model(Order)
    LogEntry.objects.create(
        user=staff, content_type=kind, object_id=str(mine.pk), object_repr="Ada", action_flag=2, change_message="Ada"
    )
    ended()
    assert LogEntry.objects.get().object_repr == "–"


def test_one_row_that_cannot_end_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = order(closed_at=ago(731)), order(closed_at=ago(731))
    from onvif_privacy.rights.services.retention import ending

    real = ending.ending.end

    def failing(judged: Any, who: Any, *, back: bool) -> Any:
        if judged.row.pk == first.pk:
            raise ValueError("planted")
        return real(judged, who, back=back)

    monkeypatch.setattr(ending.ending, "end", failing)
    assert ended() == "failed"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.email, second.email) == ("ada@example.org", "")


def test_shared_json_and_leaves_that_stay() -> None:
    mixed = replace(
        declarations.ORDER,
        fields={
            "meta": Json(
                {"tax": Field("billing", purposes=("bookkeeping",), erase=delete()), "free": not_personal},
                rest=Field("profile", purposes=("operation",), erase=delete()),
            )
        },
        not_personal=(*declarations.ORDER.not_personal, "email", "name", "birth_date", "voucher", "invoice"),
    )
    with temporarily(mixed):
        adopted()
        mine = order(closed_at=ago(731), invoiced_on=on(10), meta={"tax": 1, "free": 2, "seen": 3})
        ended()
        mine.refresh_from_db()
        assert mine.meta == {"tax": 1, "free": 2}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "America/St_Johns"])
def test_days_are_those_of_the_site_s_zone(zone: str, settings: Settings) -> None:
    settings.TIME_ZONE = zone
    order(closed_at=datetime(2020, 1, 1, tzinfo=UTC), invoiced_on=date(2024, 2, 29))
    end = datetime(2024, 2, 29, tzinfo=ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=3653)
    midnight = end.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    due = [
        ["name" in one.judged.ends for batch in rules.batches(declarations.ORDER, now=moment) for one in batch]
        for moment in (midnight - timedelta(seconds=1), midnight)
    ]
    assert due == [[False], [True]]  # its voucher ended long ago


@pytest.mark.skipif(connection.vendor != "postgresql", reason="postgresql: only there a question may be compiled")
def test_no_question_of_retention_is_compiled_to_machine_code() -> None:
    with CaptureQueriesContext(connection) as seen:
        overview.endings(at=timezone.now())
        for declaration in rules.with_an_end():
            list(rules.batches(declaration, now=timezone.now()))
            ending.found(declaration, after=None, size=10, now=timezone.now())
    questions = (len(overview.HORIZONS) + 2) * len(rules.with_an_end())
    assert sum("SET LOCAL jit" in one["sql"] for one in seen) == questions > 0
