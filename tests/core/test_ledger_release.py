"""Release: retention may end evidence, and every row that went is explained by one entry (C3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.core import ledger, testing
from onvif_privacy.core.models import Decision, Entry, Release, Standing
from tests.core.factories import DecisionFactory, NoticeFactory

# In each turn some people decide and some of what they decided is released.
HISTORIES = st.lists(st.tuples(st.integers(0, 4), st.sets(st.integers(0, 12), max_size=5)), min_size=1, max_size=4)


def played(history: list[tuple[int, set[int]]], notice: Any) -> None:
    """Play one history, then compare what went with what is explained."""
    made: list[Decision] = []
    gone: set[Any] = set()
    for number, released in history:
        made += [DecisionFactory(notice=notice) for _ in range(number)]
        rows = [made[index] for index in released if index < len(made) and made[index].pk not in gone]
        Standing.objects.filter(decision__in=rows).delete()
        assert ledger.release(rows, reason="retention") == len(rows)
        gone |= {row.pk for row in rows}
    mine = Release.objects.filter(row_id__in=[one.pk for one in made]).select_related("entry__secret")
    assert {one.row_id for one in mine} == gone
    assert {ledger.opened(one.entry)["row"] for one in mine} == {pk.hex for pk in gone}
    assert (
        set(Decision.objects.filter(pk__in=[one.pk for one in made]).values_list("pk", flat=True))
        == {one.pk for one in made} - gone
    )


@pytest.mark.django_db(transaction=True)
def test_what_went_is_explained_and_nothing_else_went() -> None:
    notice = NoticeFactory()

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(HISTORIES)
    def play(history: list[tuple[int, set[int]]]) -> None:
        with transaction.atomic():
            played(history, notice)
            transaction.set_rollback(True)

    with testing.guards():
        play()


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_what_went_is_explained_in_a_thousand_histories() -> None:
    notice = NoticeFactory()

    @settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
    @given(HISTORIES)
    def play(history: list[tuple[int, set[int]]]) -> None:
        with transaction.atomic():
            played(history, notice)
            transaction.set_rollback(True)

    with testing.guards():
        play()


@pytest.mark.django_db
def test_releasing_nothing_is_nothing() -> None:
    assert ledger.release([], reason="retention") == 0
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_release_of_words_instead_of_a_reason_is_refused_and_removes_nothing() -> None:
    decision = DecisionFactory()
    Standing.objects.all().delete()
    with pytest.raises(ledger.PayloadRefused):
        ledger.release([decision], reason="Ann Example asked for it")
    assert Decision.objects.exists()
    assert not Release.objects.exists()
