"""Evidence is append-only: no way of changing it succeeds, on any engine (C1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from onvif_privacy.core import ledger, testing
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Release, Standing
from onvif_privacy.core.querysets import AppendOnly
from tests.core import evidence
from tests.core.factories import DecisionFactory, EntryFactory


def labels() -> list[str]:
    """Return the guarded tables of the kernel."""
    return sorted(evidence.MAKERS)


def pair(label: str) -> tuple[type[Model], Model, Model]:
    """Make two rows of a table."""
    one, other = evidence.MAKERS[label](), evidence.MAKERS[label]()
    return type(one), type(one)._base_manager.get(pk=one.pk), type(one)._base_manager.get(pk=other.pk)


def test_every_guarded_table_of_the_kernel_is_tried_here() -> None:
    assert {model._meta.label for model in evidence.guarded_models()} == set(evidence.MAKERS)


# A secret may be deleted, never changed. MariaDB's REPLACE is a DELETE and an INSERT; what comes in does not open.
MAY_END_A_SECRET = {
    "base manager delete",
    "raw delete",
    "release without a Release",
    "DELETE",
    "DELETE all",
    "DELETE by join",
    "DELETE USING",
    "MERGE",
    "TRUNCATE",
    "TRUNCATE CASCADE",
    "TRUNCATE parents",
    *(["REPLACE"] if connection.vendor == "mysql" else []),
}


@pytest.fixture
def guarded(transactional_db: None) -> Iterator[None]:
    """Put the guards on; MariaDB commits on creating a trigger, so the test needs a database of its own."""
    with testing.guards():
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("label", labels())
def test_no_public_way_of_the_orm_changes_evidence_even_without_guards(label: str) -> None:
    _model, row, other = pair(label)
    refused = []
    for name, way in evidence.orm_ways(row, other):
        with pytest.raises(AppendOnly), transaction.atomic():
            pytest.fail(f"{label}: {name} gave {way()}")
        refused.append(name)
    assert len(refused) == 10


def test_no_way_at_all_changes_evidence_under_guards(guarded: None) -> None:
    """Tries every way on each of nine tables: 311 on SQLite, 315 on PostgreSQL, 299 on MariaDB."""
    tried, succeeded = 0, []
    for label in labels():
        model, row, other = pair(label)
        ways = [*evidence.orm_ways(row, other), *evidence.deeper_orm_ways(row, other), *evidence.sql_ways(row, other)]
        for name, way in ways:
            if label == "onvif_privacy.EntrySecret" and name in MAY_END_A_SECRET:
                continue
            tried += 1
            if evidence.succeeded(name, way, model):
                succeeded.append(f"{label}: {name}")
    assert succeeded == []
    assert tried > 200


def test_new_evidence_is_still_accepted_under_guards(guarded: None) -> None:
    for label in labels():
        _model, row, other = pair(label)
        assert row != other


def test_an_entry_is_sealed_once_and_neither_resealed_nor_unsealed(guarded: None) -> None:
    entry = EntryFactory()
    ledger.seal()
    EntryFactory()
    ledger.seal()
    for value in ("2", "NULL", "1 + 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE onvif_privacy_entry SET seal_id = {value} WHERE id = %s",
                [Entry._meta.pk.get_db_prep_value(entry.pk, connection)],
            )
    assert list(ledger.problems()) == []


def test_sealing_may_not_change_anything_beside_the_seal(guarded: None) -> None:
    EntryFactory()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_entry SET kind = 'x', seal_id = NULL")


def test_a_secret_may_go_but_not_change(guarded: None) -> None:
    EntryFactory()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM onvif_privacy_entrysecret")
    assert not EntrySecret.objects.exists()


def test_a_parent_cannot_be_removed_from_under_evidence(guarded: None) -> None:
    DecisionFactory()
    for table in ("onvif_privacy_subject", "onvif_privacy_notice", "onvif_privacy_entry"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    assert evidence.decisions() == 1


def test_a_decision_goes_with_its_release_and_not_with_another(guarded: None) -> None:
    kept, ended = DecisionFactory(), DecisionFactory()
    Standing.objects.all().delete()
    assert ledger.release([ended], reason="retention") == 1
    assert list(Decision.objects.all()) == [kept]
    assert ledger.opened(Release.objects.get().entry) == {
        "table": "onvif_privacy_decision",
        "row": ended.pk.hex,
        "reason": "retention",
    }
    with pytest.raises(DatabaseError):
        Decision.objects.all().release()
    assert list(Decision.objects.all()) == [kept]


def test_guards_stand_only_as_long_as_they_are_wanted(transactional_db: None) -> None:
    from onvif_privacy.core.guards import expected, present, problems

    assert present(connection) == {}
    assert problems(connection)
    with testing.guards():
        assert set(present(connection)) == set(expected(connection))
        assert problems(connection) == []
    assert present(connection) == {}
