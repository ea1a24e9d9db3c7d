"""Keys rotate while the site runs: nothing is lost, a destroyed key stays destroyed, the old key can go."""

from __future__ import annotations

import io
import re
import threading
import time
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from onvif_privacy.core import consent, gate, jobs, keys, ledger, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.fields.rotation import follow_declarations
from onvif_privacy.core.jobs import rewrapping
from onvif_privacy.core.keys import KeyDestroyed, KeyRingError, OpeningKeys, SealBroken, generate, rotation
from onvif_privacy.core.models import Lease, Subject, SubjectKey
from onvif_privacy.core.registry import Field, PersonalData, blank, keep
from onvif_privacy.core.signals import keys_rotated
from onvif_privacy.core.testing import temporarily
from tests.core.factories import NoticeFactory
from tests.core.hostapp.models import Order, Parcel

pytestmark = pytest.mark.django_db
OLD = settings.ONVIF_PRIVACY_KEYS
NEW = [generate("data"), *OLD]
ONLY_NEW = [NEW[0], OLD[1]]


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("privacy_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def values() -> list[tuple[str, str]]:
    """Read everything by the gate."""
    with gate.scope("fulfilment") as scope:
        orders = [("order", row["name"]) for row in scope.read(Order.objects.all(), ["name"])]
        return sorted(orders + [("parcel", row["note"]) for row in scope.read(Parcel.objects.all(), ["note"])])


def some(number: int = 6) -> None:
    for one in range(number):
        Order.objects.create(owner=Subject.objects.create(), name=f"n{one}", email=f"{one}@example.org", number=one)
        Parcel.objects.create(note=f"note {one}")


def test_after_a_rotation_nothing_names_the_old_key_and_everything_opens_without_it() -> None:
    some()
    before = values()
    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        with pytest.raises(CommandError, match="older key"):
            command("status")
        assert values() == before
        ledger.seal()
        assert re.match(r"[1-9][0-9]* keys and values moved", command("rotate"))
        assert f"{OLD[0]['id']}  data  kept for old values: 0" in command("status")
    with override_settings(ONVIF_PRIVACY_KEYS=ONLY_NEW):
        assert [value for _kind, value in values()] == [value for _kind, value in before]
        assert list(ledger.problems()) == []


def test_status_fails_while_something_names_a_key_that_is_gone() -> None:
    some(1)
    with override_settings(ONVIF_PRIVACY_KEYS=ONLY_NEW):
        with pytest.raises(CommandError, match="older key"):
            command("status")
        with pytest.raises(CommandError):
            command("rotate")
        with pytest.raises(KeyRingError), transaction.atomic():
            Order.objects.create(owner=Order.objects.get().owner, name="x")


def test_the_job_rotates_resumes_and_tells() -> None:
    some()
    told: list[tuple[str, str]] = []

    def listen(sender: object, old: str, new: str, **kwargs: object) -> None:
        told.append((old, new))

    keys_rotated.connect(listen)
    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        rewrapping.batch(3)  # a machine that stopped half way
        assert rewrapping.left() > 0
        (result,) = jobs.run_due(names=("rewrap",))
        assert result.outcome == "done"
        assert rewrapping.left() == 0
        assert told == [(OLD[0]["id"], NEW[0]["id"])]
        jobs.run_due(names=("rewrap",))
        assert len(told) == 1


def test_a_destroyed_key_stays_destroyed_and_a_concurrent_writer_wins() -> None:
    some(2)
    first, second = Order.objects.order_by("number")
    assert first.owner is not None
    keys.destroy(first.owner.pk, "data")
    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        assert second.owner is not None
        keys.destroy(second.owner.pk, "data")
        assert rotation.rewrap_keys(100) == 1  # the label of the index
        assert SubjectKey.objects.filter(wrapped__isnull=False).count() == 0


def test_only_the_subjects_values_are_gone_in_a_restored_dump_with_the_newest_keys() -> None:
    some(3)
    gone = Order.objects.order_by("number")[0]
    invoice = Order.objects.create(owner=gone.owner, invoice="42 EUR", name="also gone")
    rows = list(Order.objects.values())
    assert gone.owner is not None
    keys.destroy(gone.owner.pk, "data")
    Order.objects.all().delete()
    Order.objects.bulk_create([Order(**row) for row in rows])  # the dump of yesterday
    with gate.scope("fulfilment") as scope:
        assert [row["name"] for row in scope.read(Order.objects.exclude(pk=gone.pk), ["name"])].count("also gone") == 0
        assert {row["name"] for row in scope.read(Order.objects.all(), ["name"])} == {"n1", "n2"}
        assert scope.counts.skipped == 3
    with gate.scope("accounts"):
        assert Order.objects.get(pk=invoice.pk).invoice == "42 EUR"


def test_with_the_old_key_table_and_a_destroyed_ring_key_nothing_opens() -> None:
    some(1)
    old_table = list(SubjectKey.objects.values())
    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        command_rotate_only()
    SubjectKey.objects.all().delete()
    SubjectKey.objects.bulk_create([SubjectKey(**row) for row in old_table])
    owner = Order.objects.get().owner
    with (
        override_settings(ONVIF_PRIVACY_KEYS=ONLY_NEW),
        gate.scope("own_access", subject=owner),
        pytest.raises(KeyRingError),
    ):
        Order.objects.get().name  # noqa: B018


def command_rotate_only() -> None:
    while rewrapping.batch():
        pass


def test_a_later_declaration_moves_values_to_the_kept_key() -> None:
    some(3)
    declared = PersonalData(
        "hostapp.Order",
        {"buyer": "owner"},
        {"name": Field("identity", purposes=("fulfilment",), erase=keep("accounts", then=blank()))},
    )
    cursor: dict[str, Any] = {}
    with temporarily(declared):
        while follow_declarations(cursor, 2):
            pass
        assert {one.use for one in SubjectKey.objects.exclude(use="evidence")} == {"data", "kept"}
        for made in Order.objects.select_related("owner"):
            assert made.owner is not None
            keys.destroy(made.owner.pk, "data")
        with gate.scope("fulfilment"):
            assert sorted(one.name for one in Order.objects.all()) == ["n0", "n1", "n2"]
    assert follow_declarations(cursor, 2)  # declared otherwise again: it looks again


def test_search_works_before_during_and_after_a_renewal_of_the_index() -> None:
    some(4)

    def found() -> list[int]:
        with gate.scope("fulfilment"):
            return [gate.find(Order.objects.all(), email=f"{n}@example.org")[0].number for n in range(4)]

    assert found() == [0, 1, 2, 3]
    keys.renew_label("index")
    assert found() == [0, 1, 2, 3]
    cursor: dict[str, Any] = {}
    follow_declarations(cursor, 2)
    assert found() == [0, 1, 2, 3]
    while follow_declarations(cursor, 2):
        assert found() == [0, 1, 2, 3]
    assert {(row or 0) >> 32 for row in Order.objects.values_list("email_index", flat=True)} == {2}


def test_a_merge_gives_the_rows_of_the_visitor_to_the_account() -> None:
    visitor, account = Subject.objects.create(), Subject.objects.create()
    Order.objects.create(owner=visitor, name="Ada", email="ada@example.org", invoice="1 EUR")
    consent.decide(
        subject=visitor,
        purpose="offers",
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=uuid.uuid4().hex,
        notice=NoticeFactory.create(),
    )
    subjects.merge(visitor=visitor, into=account, key="sign-in")
    found = Order.objects.get()
    assert found.owner == account
    with gate.scope("own_access", subject=account):
        assert (found.name, found.email, found.invoice) == ("Ada", "ada@example.org", "1 EUR")
    with gate.scope("fulfilment"):
        assert gate.find(Order.objects.all(), email="ada@example.org") == [found]


def test_a_key_derived_for_a_subject_ends_with_its_data_key() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    assert keys.derive_for(one, "draft") == keys.derive_for(one, "draft")
    assert len({keys.derive_for(one, "draft"), keys.derive_for(one, "x"), keys.derive_for(other, "draft")}) == 3
    keys.destroy(one, "data")
    with pytest.raises(KeyDestroyed):
        keys.derive_for(one, "draft")


def test_labels_have_generations_and_survive_a_rotation() -> None:
    first = keys.label("mail-token")
    assert keys.label("mail-token") == first
    keys.renew_label("mail-token")
    newest, older = keys.label("mail-token")
    assert (newest.generation, older) == (2, first[0])
    assert newest.derive("a") != older.derive("a") != older.derive("b")
    assert newest.secret.hex() not in repr(newest)
    assert keys.known_label("nothing") == ()
    with pytest.raises(ValueError, match="cannot hold"):
        newest.derive("a|b")
    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        command_rotate_only()
    with override_settings(ONVIF_PRIVACY_KEYS=ONLY_NEW):
        assert keys.label("mail-token") == (newest, older)


def test_missing_wrong_or_short_keys_refuse_reading_and_store_no_plaintext() -> None:
    some(1)
    for ring in ([], [generate("data"), generate("sign")], [{**OLD[0], "secret": "c2hvcnQ"}, OLD[1]]):
        owner = Order.objects.get().owner
        with override_settings(ONVIF_PRIVACY_KEYS=ring), gate.scope("own_access", subject=owner):
            with pytest.raises((KeyRingError, SealBroken)):
                Order.objects.get().name  # noqa: B018
            with pytest.raises((KeyRingError, SealBroken)), transaction.atomic():
                Order.objects.create(owner=owner, name="canary")
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_readers_meet_no_error_while_keys_are_rotated() -> None:
    some(40)
    errors, reads, stop = list[BaseException](), [0], threading.Event()
    started = time.monotonic()

    def read() -> None:
        try:
            while not stop.is_set():
                for made in Order.objects.order_by("?")[:5]:
                    with gate.scope("own_access", subject=made.owner):
                        assert made.name == f"n{made.number}"
                        reads[0] += 1
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    with override_settings(ONVIF_PRIVACY_KEYS=NEW):
        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        while rewrapping.batch(7):
            time.sleep(0.01)
        stop.set()
        for thread in threads:
            thread.join()
        assert rewrapping.left() == 0
    assert not errors
    assert reads[0] > 20
    assert time.monotonic() - started < 60


def test_opening_keys_show_nothing() -> None:
    opening = OpeningKeys()
    opening.fetch([uuid.uuid4()])
    assert repr(opening) == "<OpeningKeys of 1 subjects>"
    assert Lease.objects.count() == 0
