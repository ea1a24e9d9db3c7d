"""Sealing: every entry once, whatever the order of commits, and every change found (C15–C17)."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from onvif_privacy.core import ledger, testing
from onvif_privacy.core.models import Entry, EntrySecret, Seal
from onvif_privacy.core.querysets import AppendOnly
from onvif_privacy.core.registry import Count, EntryKind
from onvif_privacy.core.signals import seal_closed

pytestmark = pytest.mark.django_db

KIND = EntryKind("test.happened", {"number": Count})


@pytest.fixture(autouse=True)
def declared_kind():  # type: ignore[no-untyped-def]
    with testing.temporarily(KIND):
        yield


def append(count: int) -> list[Entry]:
    with transaction.atomic():
        return ledger.record_all([ledger.Record("test.happened", {"number": number}) for number in range(count)])


def names(problems: list[ledger.Problem]) -> set[str]:
    return {problem.kind for problem in problems}


def test_nothing_waiting_makes_no_seal() -> None:
    assert ledger.seal() == ledger.Sealed(None)
    assert not Seal.objects.exists()


def test_all_waiting_entries_are_sealed_in_batches_that_chain(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ONVIF_PRIVACY_LEDGER_SEAL_SIZE = 4
    append(10)
    while ledger.seal().seal:
        pass
    counts = [json.loads(bytes(seal.body))["count"] for seal in Seal.objects.order_by("number")]
    assert counts == [4, 4, 2]
    assert not Entry.objects.filter(seal__isnull=True).exists()
    assert list(ledger.problems()) == []


def test_entry_committed_after_a_seal_is_in_the_next_one() -> None:
    append(3)
    ledger.seal()
    late = append(1)[0]
    second = ledger.seal().seal
    late.refresh_from_db()
    assert late.seal == second
    assert list(ledger.problems()) == []


def test_seal_is_announced_once_on_commit(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    heard: list[Seal] = []

    def hear(seal: Seal, **kwargs: object) -> None:
        heard.append(seal)

    seal_closed.connect(hear)
    try:
        append(2)
        with django_capture_on_commit_callbacks(execute=True):
            made = ledger.seal().seal
    finally:
        seal_closed.disconnect(hear)
    assert heard == [made]


def test_sealed_entry_cannot_be_sealed_again_or_unsealed_by_the_orm() -> None:
    entry = append(1)[0]
    ledger.seal()
    entry.refresh_from_db()
    assert Entry.objects.filter(pk=entry.pk).fill(seal=None) == 0  # type: ignore[attr-defined]
    with pytest.raises(AppendOnly):
        Entry.objects.filter(pk=entry.pk).update(seal=None)
    entry.seal = None
    with pytest.raises(AppendOnly):
        entry.save()


def test_entry_changed_before_sealing_is_left_out_and_named() -> None:
    good, bad = append(2)
    execute("UPDATE onvif_privacy_entry SET kind = 'test.forged' WHERE id = %s", bad)
    done = ledger.seal()
    assert done.refused == (str(bad.pk),)
    good.refresh_from_db()
    assert good.seal == done.seal
    assert names(list(ledger.problems())) == {"entry changed"}


def execute(sql: str, *rows: Entry) -> None:
    field = Entry._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_value(row.pk, connection) for row in rows])


def two_seals() -> None:
    append(3)
    ledger.seal()
    append(5)
    ledger.seal()


def one_of(seal: int) -> Entry:
    return Entry.objects.filter(seal=seal).order_by("pk")[0]


def everywhere(sql: str) -> Callable[[], None]:
    return lambda: execute(sql)


def on_one_of(seal: int, sql: str) -> Callable[[], None]:
    return lambda: execute(f"UPDATE onvif_privacy_entry SET {sql} WHERE id = %s", one_of(seal))


def second_seal_is_the_first_again() -> None:
    first = bytes(Seal.objects.get(number=0).body)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_seal SET body = %s WHERE number = 1", [first])


TAMPERINGS: dict[str, Callable[[], None]] = {
    "kind of an entry": on_one_of(0, "kind = 'test.other'"),
    "time of an entry": on_one_of(1, "at = '2020-01-01 00:00:00'"),
    "commitment of an entry": on_one_of(1, "commitment = leaf"),
    "leaf of an entry": on_one_of(0, "leaf = commitment"),
    "entry moved to another seal": on_one_of(1, "seal_id = 0"),
    "entry unsealed": on_one_of(0, "seal_id = NULL"),
    "signature": everywhere("UPDATE onvif_privacy_seal SET signature = body WHERE number = 1"),
    "body of the first seal": everywhere("UPDATE onvif_privacy_seal SET body = signature WHERE number = 0"),
    "a seal replaced by another": second_seal_is_the_first_again,
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_change_by_sql_is_found_on_sealed_entries(name: str) -> None:
    two_seals()
    assert list(ledger.problems()) == []
    TAMPERINGS[name]()
    assert list(ledger.problems()) != []


@pytest.mark.parametrize("last", [False, True])
def test_deleted_entry_is_found_by_the_count_of_its_seal(last: bool) -> None:
    two_seals()
    gone = Entry.objects.filter(seal=1 if last else 0).first()
    assert gone
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM onvif_privacy_entrysecret WHERE entry_id = %s",
            [Entry._meta.pk.get_db_prep_value(gone.pk, connection)],
        )
    execute("DELETE FROM onvif_privacy_entry WHERE id = %s", gone)
    assert "entries of the seal" in names(list(ledger.problems()))


def test_destroyed_secret_leaves_the_ledger_whole() -> None:
    entries = append(4)
    ledger.seal()
    EntrySecret.objects.filter(entry__in=entries).release()  # type: ignore[attr-defined]
    assert list(ledger.problems()) == []


def test_command_says_how_many_it_sealed() -> None:
    append(3)
    out = io.StringIO()
    call_command("privacy_ledger", "seal", stdout=out)
    assert out.getvalue() == "3 entries sealed.\n"


def test_command_names_what_was_changed_and_exits_with_1() -> None:
    two_seals()
    call_command("privacy_ledger", "verify")
    TAMPERINGS["signature"]()
    with pytest.raises(CommandError, match="not as they were written") as error:
        call_command("privacy_ledger", "verify")
    assert error.value.returncode == 1


@pytest.mark.django_db(transaction=True)
def test_two_sealers_and_two_writers_seal_every_entry_once() -> None:
    stop = threading.Event()
    failures: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(20):
                append(3)
        finally:
            connection.close()

    def sealing() -> None:
        try:
            while not stop.is_set():
                try:
                    ledger.seal()
                except Exception as error:
                    failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    sealers = [threading.Thread(target=sealing) for _ in range(2)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    while ledger.seal().seal:
        pass
    assert Entry.objects.count() == 120
    assert sum(json.loads(bytes(seal.body))["count"] for seal in Seal.objects.all()) == 120
    assert list(ledger.problems()) == []
