"""A history that was changed past every rule differs from the ledger, whatever was altered, lost, added or moved."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.promises import Saboteur, Verdict, look_at
from onvif_privacy.core.testing.saboteurs import slipped
from onvif_privacy.disclosures.models import Case, Step
from onvif_privacy.disclosures.promises.histories import histories_are_what_the_ledger_says
from onvif_privacy.disclosures.services import histories
from onvif_privacy.disclosures.services.acting import using
from tests.disclosures.factories import House
from tests.disclosures.test_duties import ada

pytestmark = pytest.mark.django_db
ROWS = Step._base_manager


def altered(steps: list[Step], rng: random.Random) -> None:
    """Another value in one of the columns of one step."""
    one = rng.choice(steps)
    changes: dict[str, object] = {
        "action": "note" if one.action != "note" else "vote",
        "kind": "stop" if one.kind != "stop" else "work",
        "from_state": "closed",
        "to_state": "received" if one.to_state != "received" else "closed",
        "at": one.at + timedelta(microseconds=rng.choice([-1, 1])),
        "actor_id": next(other.actor_id for other in steps if other.actor_id != one.actor_id),
    }
    name = rng.choice(sorted(changes))
    ROWS.filter(pk=one.pk).update(**{name: changes[name]})


def deleted(steps: list[Step], rng: random.Random) -> None:
    """One step less."""
    ROWS.filter(pk=rng.choice(steps).pk).delete()


def moved(steps: list[Step], rng: random.Random) -> None:
    """Two steps of a case in each other's place."""
    first = rng.choice(steps)
    second = rng.choice([one for one in steps if one.case_id == first.case_id and one.pk != first.pk])
    for pk, number in ((first.pk, 9999), (second.pk, first.number), (first.pk, second.number)):
        ROWS.filter(pk=pk).update(number=number)


def inserted(steps: list[Step], rng: random.Random) -> None:
    """A copy of a step behind the last one, or in another case."""
    one = rng.choice(steps)
    copy = ROWS.defer("note").get(pk=one.pk)
    case_id = rng.choice([other.case_id for other in steps])
    ROWS.bulk_create(
        [Step(id=uuid.uuid4(), case_id=case_id, number=9999, action=copy.action, kind=copy.kind, actor_id=copy.actor_id,
              from_state=copy.from_state, to_state=copy.to_state, at=copy.at)]
    )  # fmt: skip


def cut(steps: list[Step], rng: random.Random) -> None:
    """The end of a history away, and the case back to where it stood then."""
    case_id = rng.choice(steps).case_id
    mine = [one for one in steps if one.case_id == case_id]
    last = mine[rng.randint(1, len(mine) - 1) :]
    ROWS.filter(pk__in=[one.pk for one in last]).delete()
    Case._base_manager.filter(pk=case_id).update(version=last[0].number - 1)


WAYS: tuple[Callable[[list[Step], random.Random], None], ...] = (altered, deleted, moved, inserted, cut)


@pytest.mark.parametrize("number", [10, pytest.param(1000, marks=pytest.mark.full)])
def test_every_change_of_a_history_is_found(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    house, person = House(), ada()  # without guards, as for somebody who owns the database
    for _case in range(2):
        house.submitted([person])
    assert look_at(histories_are_what_the_ledger_says).verdict == Verdict.KEPT
    entries = list(histories.told())  # the ledger itself has tests of its own, and does not change here

    def told() -> Iterator[tuple[str, str]]:
        yield from entries

    monkeypatch.setattr(histories, "told", told)
    steps, rng = list(Step.objects.defer("note").order_by("case", "number")), random.Random(number)
    assert len(steps) > 10
    for turn in range(number):
        way = WAYS[turn % len(WAYS)]
        with transaction.atomic(using=using()):
            way(steps, rng)
            found = look_at(histories_are_what_the_ledger_says)
            transaction.set_rollback(True, using=using())
        assert found.verdict == Verdict.BROKEN, way.__name__
        assert found.findings, way.__name__
    assert look_at(histories_are_what_the_ledger_says).verdict == Verdict.KEPT


def test_every_step_of_a_walk_is_in_the_ledger_once() -> None:
    case = House().submitted([ada()])
    said = [ledger.opened(entry) for entry in ledger_entries()]
    steps = [one["step"] for one in said if one.get("case") == case.ref and "row" in one]
    assert sorted(steps) == list(range(1, Case.objects.get(pk=case.pk).version + 1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("saboteur", histories_are_what_the_ledger_says.saboteurs, ids=lambda one: one.name)
def test_each_planted_change_is_caught(saboteur: Saboteur) -> None:
    assert slipped(histories_are_what_the_ledger_says, saboteur) == ""


def ledger_entries() -> list[Any]:
    from onvif_privacy.core.models import Entry

    return list(Entry.objects.filter(kind="disclosures").select_related("secret").order_by("at", "pk"))
