"""Ledger entries: in the transaction of what they prove, of a declared shape, and found out when changed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import keys, ledger
from onvif_privacy.core.ledger import NotInTransaction, PayloadRefused
from onvif_privacy.core.models import Entry, EntrySecret, Subject, SubjectKey
from onvif_privacy.core.registry import Code, Count, Digest, EntryKind, Flag, Instant, NotDeclared, Ref, Slug
from onvif_privacy.core.testing import temporarily
from tests.core.factories import SubjectFactory, UserFactory

KIND = EntryKind(
    "test.done",
    {
        "slug": Slug,
        "ref": Ref,
        "digest": Digest,
        "count": Count,
        "at": Instant,
        "code": Code,
        "flag": Flag,
        "many": [Slug],
    },
)
GOOD: dict[str, Any] = {
    "slug": "policy.v-1",
    "ref": "AbC_-1",
    "digest": "0f" * 32,
    "count": 2**53 - 1,
    "at": "2026-11-24T14:05:00Z",
    "code": "policy-4",
    "flag": False,
    "many": ["a", "b"],
}
NO_CONTACT = ["a@b.example", "Ann Example", "+49 30 123", "Hauptstr. 1, Berlin", "caf\u00e9", "x" * 101, "a\n", ""]


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with temporarily(KIND):
        yield


def test_every_type_takes_what_it_is_for() -> None:
    assert KIND.problem(GOOD) is None
    assert KIND.problem({}) is None
    assert KIND.problem({name: None for name in GOOD if name != "many"}) is None


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("slug", [*NO_CONTACT, "A", 1, True, ["a"]]),
        ("ref", [*NO_CONTACT, "a.b", 1, b"a"]),
        ("digest", [*NO_CONTACT, "0F" * 32, "0f" * 31, 0]),
        ("count", [-1, 2**53, 1.0, "1", True]),
        ("at", [*NO_CONTACT, "2026-11-24 14:05:00", "2026-11-24T14:05:00+00:00", "2026-11-24T14:05:00.1Z"]),
        ("code", ["a@b.example", "Ann Example", "a\n", "", "x" * 65, 1]),
        ("flag", [0, 1, "true"]),
        ("many", [None, "a", ["a@b.example"], ["a", None], [["a"]], ("a",)]),
        ("actor", ["Ann Example", "a@b.example", 1]),
        ("name", ["a"]),
    ],
)
def test_no_type_lets_a_contact_detail_or_another_type_in(key: str, values: list[Any]) -> None:
    for value in values:
        problem = KIND.problem({key: value})
        assert problem is not None, value
        assert str(value) not in problem or len(str(value)) < 5


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction, match="atomic"):
        ledger.record("test.done", payload={})
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_transaction_of_what_it_proves() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 // (ledger.record("test.done", payload=GOOD) is None)
    assert (Entry.objects.count(), EntrySecret.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_an_unknown_kind_and_a_payload_that_does_not_fit_store_nothing() -> None:
    with pytest.raises(NotDeclared, match=r"No entry kind 'test\.dnoe' is declared"):
        ledger.record("test.dnoe", payload={})
    with pytest.raises(PayloadRefused, match="'count' is not of its declared type") as refusal:
        ledger.record("test.done", payload={"count": "a@b.example"})
    assert "a@b.example" not in str(refusal.value)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_entry_opens_to_what_was_recorded() -> None:
    subject, user = SubjectFactory(), UserFactory()
    entry = ledger.record("test.done", subject=subject, payload=GOOD, actor=user)
    fresh = Entry.objects.get(pk=entry.pk)
    assert ledger.opened(fresh) == GOOD | {"actor": user.privacy_subject.reference}
    assert fresh.secret.subject_id == subject.pk
    assert fresh.at.microsecond == 0


@pytest.mark.django_db
def test_an_entry_of_nobody_opens_too_and_makes_no_subject_key() -> None:
    entry = ledger.record("test.done", payload=GOOD)
    assert ledger.opened(Entry.objects.get(pk=entry.pk)) == GOOD
    assert not SubjectKey.objects.exists()


@pytest.mark.django_db
def test_the_payload_stands_nowhere_in_the_clear_and_equal_payloads_look_different() -> None:
    subject = SubjectFactory()
    entries = [ledger.record("test.done", subject=subject, payload=GOOD) for _ in range(20)]
    assert len({bytes(entry.commitment) for entry in entries}) == len({bytes(entry.leaf) for entry in entries}) == 20
    assert not any(b"policy" in bytes(entry.secret.sealed) for entry in entries)


def spoiled(entry: Entry, field: str) -> Iterator[tuple[Entry, str]]:
    """Yield the entry with one byte or character of a field changed, for each position, as its rows would come back."""
    target = "secret" if field == "sealed" else "entry"
    stored = entry.secret.sealed if target == "secret" else getattr(entry, field)
    raw = stored if isinstance(stored, str) else bytes(stored)
    for position in range(len(raw)):
        fresh = Entry.objects.select_related("secret").get(pk=entry.pk)
        if isinstance(raw, str):
            other = "1" if raw[position] != "1" else "2"
            changed: object = raw[:position] + other + raw[position + 1 :]
        else:
            changed = (
                raw[:position] + bytes([raw[position] ^ random.Random(position).randint(1, 255)]) + raw[position + 1 :]
            )
        setattr(fresh.secret if target == "secret" else fresh, field, changed)
        yield fresh, f"{field}[{position}]"


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["commitment", "leaf", "mac", "kind", "mac_key", "sealed"])
@pytest.mark.parametrize("owned", [True, False], ids=["of a subject", "of nobody"])
def test_every_changed_byte_of_an_entry_is_found(field: str, owned: bool) -> None:
    entry = ledger.record("test.done", subject=SubjectFactory() if owned else None, payload={"count": 7})
    tried = 0
    for changed, place in spoiled(entry, field):
        tried += 1
        with pytest.raises(keys.SealBroken):
            pytest.fail(f"{place} opened to {ledger.opened(changed)}")
    assert tried >= 9


@pytest.mark.django_db
def test_a_moved_time_owner_or_secret_is_found_and_looking_makes_no_key() -> None:
    subject, other = SubjectFactory(), SubjectFactory()
    one = ledger.record("test.done", subject=subject, payload={"count": 1})
    two = ledger.record("test.done", subject=subject, payload={"count": 2})
    moved = [Entry.objects.select_related("secret").get(pk=one.pk) for _ in range(5)]
    moved[0].at += timedelta(seconds=1)
    moved[1].secret.subject_id = other.pk
    moved[2].secret.subject_id = None
    moved[3].secret.sealed = two.secret.sealed
    moved[4].secret.subject_id = uuid.uuid4()
    for entry in moved:
        with pytest.raises(keys.SealBroken):
            ledger.opened(entry)
    assert SubjectKey.objects.count() == 1


@pytest.mark.django_db
def test_ended_evidence_says_so() -> None:
    subject = SubjectFactory()
    entry = ledger.record("test.done", subject=subject, payload={"count": 1})
    keys.destroy(subject.pk, "evidence")
    with pytest.raises(keys.KeyDestroyed):
        ledger.opened(Entry.objects.get(pk=entry.pk))


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 12])
def test_many_entries_of_one_subject_cost_two_inserts_and_one_look(number: int) -> None:
    subject: Subject = SubjectFactory()
    keys.subject_key(subject.pk, "evidence")
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        ledger.record_all([ledger.Record("test.done", {"count": n}, subject) for n in range(number)])
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 3
