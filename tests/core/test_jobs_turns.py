"""Work in many transactions lets others write in between, where the database has one writer."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from onvif_privacy.core.jobs import turns


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(turns.time, "sleep", seconds.append)
    return seconds


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_the_one_writer_gets_a_turn_of_the_same_length(slept: list[float]) -> None:
    with turns.turn("default"):
        pass
    assert len(slept) == (connection.vendor == "sqlite")
    assert all(0 < one <= turns.LONGEST_SECONDS for one in slept)


@pytest.mark.django_db(transaction=True)
def test_nobody_sleeps_while_a_transaction_is_open(slept: list[float]) -> None:
    with transaction.atomic(), turns.turn("default"):
        pass
    assert slept == []
