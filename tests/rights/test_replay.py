"""After a restored backup the erased are erased again, withdrawals hold again, and nobody else is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import consent, gate, keys, subjects
from onvif_privacy.core.consent import State
from onvif_privacy.core.gate import closing
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Decision, Method, Notice, Outcome, Standing, Subject, SubjectKey
from onvif_privacy.core.registry import Basis, Claim, Purpose
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, Kind, Letter, LogLine, Request, RequestToken, Step
from onvif_privacy.rights.models import Claim as Proven
from onvif_privacy.rights.services import holdings, replay, requests
from tests.core.hostapp.models import Order as SealedOrder
from tests.rights.factories import STORE, person, shopper
from tests.rights.test_command import said
from tests.rights.test_erasure import carried_out, erased
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db
NEWS = Purpose("news", label="News", text="We write news.", basis=Basis.CONSENT, clause="operation")
OLD = date(2001, 1, 1)


@pytest.fixture(autouse=True)
def _store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE, NEWS):
        yield


def compared() -> str:
    return run_due(names=("rights.replay",))[0].outcome


def decide(subject: Subject, outcome: Outcome, key: str, purpose: str = "news") -> None:
    notice = consent.notice(text="News?", language="en", surface="form")
    consent.decide(subject=subject, purpose=purpose, outcome=outcome, method=Method.FORM, key=key, notice=notice)


class Backup:
    """The rows of some tables at one moment, put back as a restore does: what came later is gone."""

    TABLES = (
        Subject,
        SubjectKey,
        Order,
        SealedOrder,
        Notice,
        Decision,
        Standing,
        Request,
        RequestToken,
        Step,
        Proven,
        LogLine,
    )

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model

        self.tables: tuple[type[models.Model], ...] = (get_user_model(), *self.TABLES)
        self.rows = {model: list(model._base_manager.values()) for model in self.tables}

    def restore(self) -> None:
        from django.db import connection

        # as a dump does it: table after table, whatever the application would say
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            for model in (Letter, *reversed(self.tables)):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        for model in self.tables:
            made = [model(**row) for row in self.rows[model]]
            models.QuerySet(model).bulk_create(made)
            for row in self.rows[model] if model is Order else ():
                Order.objects.filter(pk=row["id"]).update(created_at=row["created_at"])  # written anew by bulk_create


def lines() -> list[replay.log.Line]:
    return list(replay.lines())


def test_erasures_and_refusals_become_lines_once_and_in_order() -> None:
    ada, bob = shopper(), person()
    decide(bob, Outcome.GRANTED, "1")
    decide(bob, Outcome.WITHDRAWN, "2")
    erased(ada)
    assert compared() == "done"
    found = lines()
    assert [(one.number, one.kind, one.purpose) for one in found] == [(1, "withdrawn", "news"), (2, "erased", "")]
    assert found[1].subjects == (ada.pk.hex,)
    assert b"example.org" not in b"".join(contents().values())
    compared()
    assert len(lines()) == 2
    assert gate.why_closed() is None


def contents() -> dict[str, bytes]:
    log = storages["privacy_log"]
    return {name: log.open(name).read() for name in log.listdir("")[1]}


def test_the_erased_are_erased_again_and_others_keep_every_byte() -> None:
    ada, bob = shopper("Ada Canary", orders=2), shopper("Bob")
    SealedOrder.objects.create(owner=ada, email="sealed@example.org", phone="canary")
    compared()
    backup = Backup()
    erased(ada)
    compared()
    backup.restore()
    assert Order.objects.filter(name="Ada Canary").count() == 2
    assert compared() == "done"
    assert Order.objects.filter(name__contains="Canary").count() == 0
    assert not SealedOrder.objects.filter(phone="canary").exists()
    assert Order.objects.get(name="Bob").customer_id == bob.user_id
    ada.refresh_from_db()
    assert ada.erased_at is not None
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(ada.pk, "data")
    assert gate.why_closed() is None
    assert Alarm.objects.filter(kind="rights.restored").exists()
    assert Letter.objects.count() == 0  # nobody gets a second receipt
    assert compared() == "done"
    assert len(lines()) == 1


def test_an_account_without_a_subject_in_the_backup_is_found_and_a_reused_key_is_not() -> None:
    OrderFactory(name="Ada Canary", email="ada@example.org", customer=None)
    from tests.core.factories import UserFactory

    user, other = UserFactory(username="ada"), UserFactory(username="other")
    Order.objects.update(customer=user, invoiced_on=OLD)
    backup = Backup()
    ada, eve = subjects.for_user(user), subjects.for_user(other)
    erased(ada)
    erased(eve)
    compared()
    backup.restore()
    # the key of `other` is given to somebody new
    type(other)._base_manager.filter(pk=other.pk).update(username="innocent", date_joined=timezone.now())
    assert Subject.objects.count() == 0
    compared()
    user.refresh_from_db()
    other.refresh_from_db()
    assert Order.objects.get().name == ""
    assert user.username != "ada"
    assert (other.username, other.is_active) == ("innocent", True)


def test_guest_rows_of_a_proven_address_are_found_by_their_hash_if_they_are_older() -> None:
    from dataclasses import replace

    with temporarily(replace(declarations.ORDER, claims={"customer": Claim("email")}, time_field="created_at")):
        OrderFactory(customer=None, email="ada@example.org", name="Ada", invoiced_on=OLD)
        OrderFactory(customer=None, email="bob@example.org", name="Bob")
        backup = Backup()
        ada = subjects.correspondent()
        holdings.claim(ada, kind="email", value="Ada@example.org")
        carried_out(requests.open(kind=Kind.ERASE, channel=Channel.BROWSER, key="g", subject=ada))
        compared()
        backup.restore()
        late = OrderFactory(customer=None, email="ada@example.org", name="Late")
        Order.objects.filter(pk=late.pk).update(created_at=timezone.now() + timedelta(hours=1))
        compared()
        assert sorted(Order.objects.values_list("name", flat=True)) == ["", "Bob", "Late"]


def test_refusals_hold_again_unless_the_person_decided_since() -> None:
    ada, bob = person(), person()
    decide(ada, Outcome.GRANTED, "1")
    decide(bob, Outcome.GRANTED, "1")
    compared()
    backup = Backup()
    decide(ada, Outcome.WITHDRAWN, "2")
    decide(bob, Outcome.WITHDRAWN, "2")
    decide(ada, Outcome.OBJECTED, "3", purpose="operation")
    compared()
    backup.restore()
    assert consent.state(ada)["news"] is State.GRANTED
    Decision._base_manager.filter(subject=bob).update  # noqa: B018 - his later grant comes below
    decide(bob, Outcome.WITHDRAWN, "9")
    decide(bob, Outcome.GRANTED, "10")
    compared()
    assert (consent.state(ada)["news"], consent.state(ada)["operation"]) == (State.REFUSED, State.REFUSED)
    assert consent.state(bob)["news"] is State.GRANTED


def test_an_objection_of_an_account_that_had_no_subject_holds_again() -> None:
    from tests.core.factories import UserFactory

    user = UserFactory()
    backup = Backup()
    decide(subjects.for_user(user), Outcome.OBJECTED, "1", purpose="operation")
    compared()
    backup.restore()
    compared()
    assert consent.state(subjects.for_user(user))["operation"] is State.REFUSED


def test_the_gate_is_closed_until_everything_was_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = shopper("Ada Canary")
    backup = Backup()
    erased(ada)
    compared()
    backup.restore()
    from onvif_privacy.rights.services.erasure import steps

    def failing(walk: Any) -> bool:
        raise ConnectionError("planted")

    with monkeypatch.context() as patch:
        patch.setitem(steps.OUTSIDE, "told", failing)
        assert compared() == "failed"
    with pytest.raises(gate.GateClosed), gate.scope("operation"):
        pass
    with gate.scope("housekeeping"):
        pass
    assert compared() == "done"
    with gate.scope("operation"):
        pass
    assert Order.objects.get().name == ""


@pytest.fixture
def _as_a_site_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a process outside of any test run that has read nothing yet."""
    monkeypatch.setattr(closing, "_settled", False)
    monkeypatch.delattr(mail, "outbox", raising=False)


@pytest.mark.usefixtures("_as_a_site_starts")
def test_a_process_that_starts_on_a_restored_database_reads_nothing_before_the_first_comparison(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    ada = shopper("Ada Canary")
    backup = Backup()
    erased(ada)
    compared()
    backup.restore()
    monkeypatch.setattr(closing, "_settled", False)  # the site starts again
    for subject in (None, Subject.objects.get(pk=ada.pk)):
        with pytest.raises(gate.GateClosed, match="restored"), gate.scope("operation", subject=subject):
            pass
    with gate.scope("housekeeping"):
        pass
    assert compared() == "done"
    with gate.scope("operation"):
        pass
    with django_assert_num_queries(1), gate.scope("operation"):  # asked once, and never again
        pass


@pytest.mark.usefixtures("_as_a_site_starts")
def test_a_log_that_cannot_be_read_stops_no_page(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def down() -> int:
        raise OSError("planted: the storage is away")

    monkeypatch.setattr(replay.log, "last_number", down)
    with gate.scope("operation"):
        pass
    assert "cannot be compared" in caplog.text
    assert compared() == "failed"


def test_a_gate_that_was_closed_for_another_reason_stays_closed() -> None:
    ada = shopper()
    backup = Backup()
    erased(ada)
    compared()
    backup.restore()
    gate.close("an incident")
    assert compared() == "done"
    assert gate.why_closed() == "an incident"


@pytest.mark.parametrize("way", ["changed", "cut", "gone"])
def test_a_log_that_was_tampered_with_is_not_followed_and_the_gate_stays_closed(way: str) -> None:
    bob = person()
    backup = Backup()
    for number in range(3):
        decide(bob, Outcome.WITHDRAWN, str(number))
        compared()
    log, names = storages["privacy_log"], sorted(contents())
    content = contents()[names[1]]
    log.delete(names[1])
    from django.core.files.base import ContentFile

    if way == "changed":
        log.save(names[1], ContentFile(content.replace(b"news", b"olds")))
    elif way == "cut":
        log.save(names[1], ContentFile(b""))
    backup.restore()
    assert compared() == "failed"
    assert gate.why_closed() == replay.REASON


def test_lines_of_another_database_are_refused() -> None:
    decide(person(), Outcome.WITHDRAWN, "1")
    compared()
    known = LogLine.objects.get()
    body = json.loads(known.words) | {"purpose": "operation"}
    LogLine.objects.update(words=replay.log.written({name: body[name] for name in body if name != "mac"}, ""))
    assert compared() == "failed"


def test_a_process_killed_while_it_writes_loses_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.base import ContentFile

    bob = person()
    decide(bob, Outcome.WITHDRAWN, "1")

    def killed(rows: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(replay.log, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            compared()
    release()
    compared()
    assert len(lines()) == 1
    decide(bob, Outcome.WITHDRAWN, "2", purpose="operation")
    compared()
    name = max(contents())
    half = contents()[name][:40]
    storages["privacy_log"].delete(name)
    storages["privacy_log"].save(name, ContentFile(half))
    compared()
    assert [one.number for one in lines()] == [1, 2]
    assert gate.why_closed() is None


def release() -> None:
    from onvif_privacy.core.models import Lease

    Lease.objects.update(until=timezone.now() - timedelta(days=1))


def test_the_command_says_what_was_done_again() -> None:
    ada = shopper()
    backup = Backup()
    erased(ada)
    assert "1 lines in the log, 1 of them new" in said("replay")
    backup.restore()
    assert "1 lines in the log, 1 of them new" in said("replay")
    assert Order.objects.get().name == ""
    assert "1 lines in the log, 0 of them new" in said("replay")


def test_comparing_costs_the_same_however_long_the_log_is(django_assert_max_num_queries: Any) -> None:
    bob = person()
    for number in range(5):
        decide(bob, Outcome.WITHDRAWN, str(number))
        compared()
    with django_assert_max_num_queries(25):
        compared()
