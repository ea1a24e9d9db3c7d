"""Every way we know to change a sealed ledger by SQL, without keys and with the guards dropped, at twenty places."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from onvif_privacy.core.models import Decision, Entry, EntrySecret, Release, Seal

PLACES = 20
Way = Callable[[int], None]


@dataclass(frozen=True)
class Tampering:
    """One way. ``exported`` says that an export shows it; ``tail`` that only a checkpoint kept elsewhere does."""

    name: str
    way: Way
    exported: bool = False
    tail: bool = False


def run(sql: str, *params: Any) -> int:
    """Execute one statement as the owner of the database; returns how many rows it changed."""
    key = Entry._meta.get_field("id")
    values = [key.get_db_prep_value(one, connection) if isinstance(one, uuid.UUID) else one for one in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


@contextmanager
def without_foreign_keys() -> Iterator[None]:
    """Be the owner, who switches foreign keys off; whatever was done is rolled back."""
    if connection.vendor == "mysql":
        run("SET foreign_key_checks = 0")
    try:
        with transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)
    finally:
        if connection.vendor == "mysql":
            run("SET foreign_key_checks = 1")


def entry(place: int) -> Entry:
    """Return a sealed entry, another one for each place."""
    return Entry.objects.filter(seal__isnull=False).order_by("seal", "leaf")[place * 2]


def seal(place: int) -> Seal:
    """Return a seal; the places go round."""
    return Seal.objects.order_by("number")[place % Seal.objects.count()]


def flipped(raw: bytes, place: int) -> bytes:
    """Flip one bit."""
    position = place * 7 % len(raw)
    return raw[:position] + bytes([raw[position] ^ 1 << place % 8]) + raw[position + 1 :]


def _entry_column(name: str, value: Callable[[Entry, int], Any]) -> Way:
    def way(place: int) -> None:
        row = entry(place)
        assert run(f"UPDATE onvif_privacy_entry SET {name} = %s WHERE id = %s", value(row, place), row.pk) == 1

    return way


def _seal_column(name: str) -> Way:
    def way(place: int) -> None:
        row = seal(place)
        value = flipped(bytes(getattr(row, name)), place)
        assert run(f"UPDATE onvif_privacy_seal SET {name} = %s WHERE number = %s", value, row.number) == 1

    return way


def _copy(row: Entry, pk: uuid.UUID, **changes: Any) -> None:
    fields = [field.attname for field in Entry._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(row, name) for name in fields} | changes
    Entry._base_manager.bulk_create([Entry(id=pk, **values)])


def _duplicate(place: int) -> None:
    _copy(entry(place), uuid.uuid4())


def _insert(place: int) -> None:
    row = entry(place)
    _copy(row, uuid.uuid4(), leaf=flipped(bytes(row.leaf), place), commitment=flipped(bytes(row.commitment), place))


def _delete_entry(place: int) -> None:
    row = entry(place)
    run("DELETE FROM onvif_privacy_entrysecret WHERE entry_id = %s", row.pk)
    assert run("DELETE FROM onvif_privacy_entry WHERE id = %s", row.pk) == 1


def _swap(*columns: str) -> Way:
    def way(place: int) -> None:
        one, other = entry(place), entry((place + 9) % PLACES)
        for row, source in ((one, other), (other, one)):
            for column in columns:
                value = getattr(source, column)
                sql = f"UPDATE onvif_privacy_entry SET {column} = %s WHERE id = %s"
                run(sql, bytes(value) if isinstance(value, memoryview) else value, row.pk)

    return way


def _cut(*numbers: int) -> None:
    for number in numbers:
        gone = Entry.objects.filter(seal=number)
        EntrySecret._base_manager.filter(entry__in=list(gone.values_list("pk", flat=True)))._raw_delete("default")
        run("DELETE FROM onvif_privacy_entry WHERE seal_id = %s", number)
        assert run("DELETE FROM onvif_privacy_seal WHERE number = %s", number) == 1


def _head(place: int) -> None:
    _cut(*range(1 + place % 3))


def _splice(place: int) -> None:
    _cut(1 + place % (Seal.objects.count() - 2))


def _tail(place: int) -> None:
    _cut(Seal.objects.count() - 1)


def _roll_back(place: int) -> None:
    count = Seal.objects.count()
    _cut(*range(count - 2 - place % 3, count))


def _second_seal(place: int) -> None:
    row = seal(place)
    body = json.loads(bytes(row.body)) | {"number": Seal.objects.count()}
    Seal._base_manager.bulk_create(
        [Seal(number=Seal.objects.count(), body=json.dumps(body).encode(), signature=row.signature)]
    )


def _swap_seals(place: int) -> None:
    one, other = seal(place), seal(place + 1)
    for row, source in ((one, other), (other, one)):
        sql = "UPDATE onvif_privacy_seal SET body = %s, signature = %s WHERE number = %s"
        run(sql, bytes(source.body), bytes(source.signature), row.number)


def _secret(place: int) -> None:
    row = entry(place)
    value = flipped(bytes(row.secret.sealed), place)
    assert run("UPDATE onvif_privacy_entrysecret SET sealed = %s WHERE entry_id = %s", value, row.pk) == 1


def _swap_secrets(place: int) -> None:
    one, other = entry(place), entry((place + 9) % PLACES)
    for row, source in ((one, other), (other, one)):
        run(
            "UPDATE onvif_privacy_entrysecret SET sealed = %s WHERE entry_id = %s",
            bytes(source.secret.sealed),
            row.pk,
        )


def _secret_gone(place: int) -> None:
    assert run("DELETE FROM onvif_privacy_entrysecret WHERE entry_id = %s", entry(place).pk) == 1


def _release(place: int) -> Release:
    return Release.objects.order_by("pk")[place % Release.objects.count()]


def _release_gone(place: int) -> None:
    assert run("DELETE FROM onvif_privacy_release WHERE id = %s", _release(place).pk) == 1


def _release_of_another(place: int) -> None:
    sql = "UPDATE onvif_privacy_release SET row_id = %s WHERE id = %s"
    assert run(sql, uuid.uuid4(), _release(place).pk) == 1


def _decision_gone(place: int) -> None:
    row = Decision.objects.order_by("pk")[place % Decision.objects.count()]
    run("DELETE FROM onvif_privacy_standing WHERE decision_id = %s", row.pk)
    assert run("DELETE FROM onvif_privacy_decision WHERE id = %s", row.pk) == 1


def _unsealed_gone(place: int) -> None:
    row = Decision.objects.filter(entry__seal__isnull=True).order_by("pk")[place % 5].entry
    run("DELETE FROM onvif_privacy_entrysecret WHERE entry_id = %s", row.pk)
    assert run("DELETE FROM onvif_privacy_entry WHERE id = %s", row.pk) == 1


def _unsealed_changed(place: int) -> None:
    row = Decision.objects.filter(entry__seal__isnull=True).order_by("pk")[place % 5].entry
    assert run("UPDATE onvif_privacy_entry SET kind = 'other' WHERE id = %s", row.pk) == 1


def _earlier(row: Entry, place: int) -> Any:
    return connection.ops.adapt_datetimefield_value(row.at.replace(year=row.at.year - 1, second=place))


def _other_commitment(row: Entry, place: int) -> bytes:
    return flipped(bytes(row.commitment), place)


ALL = (
    Tampering("kind", _entry_column("kind", lambda row, place: f"test.k{place}"), exported=True),
    Tampering("time", _entry_column("at", _earlier), exported=True),
    Tampering(
        "commitment", _entry_column("commitment", lambda row, place: flipped(bytes(row.commitment), place)), True
    ),
    Tampering("id", _entry_column("id", lambda row, place: uuid.uuid4()), exported=True),
    Tampering("leaf", _entry_column("leaf", lambda row, place: flipped(bytes(row.leaf), place))),
    Tampering("mac", _entry_column("mac", lambda row, place: flipped(bytes(row.mac), place))),
    Tampering("seal of an entry", _entry_column("seal_id", lambda row, place: (row.seal_id or 0) ^ 1), exported=True),
    Tampering("unsealed", _entry_column("seal_id", lambda row, place: None), exported=True),
    Tampering("entry deleted", _delete_entry, exported=True),
    Tampering("entry inserted", _insert, exported=True),
    Tampering("entry duplicated", _duplicate, exported=True),
    Tampering("commitments swapped", _swap("commitment"), exported=True),
    Tampering("whole leaves swapped", _swap("commitment", "leaf", "mac", "mac_key"), exported=True),
    Tampering("seal body", _seal_column("body"), exported=True),
    Tampering("seal signature", _seal_column("signature"), exported=True),
    Tampering("seals swapped", _swap_seals, exported=True),
    Tampering("seal inserted", _second_seal, exported=True),
    Tampering("head cut", _head, exported=True),
    Tampering("spliced", _splice, exported=True),
    Tampering("tail cut", _tail, exported=True, tail=True),
    Tampering("rolled back", _roll_back, exported=True, tail=True),
    Tampering("secret changed", _secret),
    Tampering("secrets swapped", _swap_secrets),
    Tampering("secret deleted", _secret_gone),
    Tampering("release deleted", _release_gone),
    Tampering("release of another row", _release_of_another),
    Tampering("decision deleted", _decision_gone),
    Tampering("unsealed entry deleted", _unsealed_gone),
    Tampering("unsealed entry changed", _unsealed_changed),
)
