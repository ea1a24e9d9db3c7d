"""Everybody reads how requests were answered; nobody reads that a single one was made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onvif_privacy.rights.models import Kind, State
from onvif_privacy.rights.services import statistics
from tests.rights.factories import RequestFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)


def answered(count: int, *, at: datetime = MAY, late: bool = False, **values: Any) -> None:
    due = at.date() - timedelta(days=1) if late else at.date()
    for _number in range(count):
        RequestFactory(**{"state": State.DONE, "state_at": at, "due_on": due, "received_at": at, **values})


def newest() -> dict[str, int | None]:
    found = statistics.numbers(now=NOW)
    return {str(row.label): row.numbers[0] for row in (*found.kinds, *found.outcomes)}


def test_quarters_that_are_over_are_counted_by_kind_and_by_outcome() -> None:
    answered(40)
    answered(12, late=True)
    answered(20, kind=Kind.ERASE)
    answered(15, kind=Kind.ERASE, state=State.REFUSED, reason="asked twice")
    answered(99, at=datetime(2026, 7, 1, tzinfo=UTC))  # a quarter that is not over
    found = statistics.numbers(now=NOW)
    assert found.firsts == (date(2026, 4, 1), date(2026, 1, 1), date(2025, 10, 1), date(2025, 7, 1))
    rows = newest()
    assert (rows["take it along"], rows["have it erased"], rows["restrict its use"], rows["all"]) == (52, 35, 0, 87)
    assert (rows["answered in time"], rows["answered late"], rows["refused with a reason"]) == (60, 12, 15)


def test_what_was_extended_is_in_time_until_its_later_day() -> None:
    answered(20, late=True, extended_to=MAY.date(), extension_reason="many files")
    answered(20, late=True)
    assert (newest()["answered in time"], newest()["answered late"]) == (20, 20)


@pytest.mark.parametrize("small", [1, 9])
def test_a_small_number_is_hidden_and_cannot_be_worked_out(small: int) -> None:
    answered(40)
    answered(30, kind=Kind.ERASE)
    answered(small, kind=Kind.OBJECT)
    rows = newest()
    assert rows["object to its use"] is None
    # a zero beside it would say whose share of the sum it is
    assert rows["restrict its use"] is None
    assert (rows["take it along"], rows["have it erased"]) != (40, 30) or rows["all"] in (None, 70 + small)


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, None), (9, None), (10, 10)])
def test_what_is_overdue_is_public_from_k_on(number: int, shown: int | None) -> None:
    answered(number, state=State.WORKING, late=True)
    RequestFactory(state=State.WORKING, due_on=date(2027, 1, 1))
    assert statistics.numbers(now=NOW).overdue == shown


def test_the_page_is_for_everybody_and_acts_on_nothing() -> None:
    page = reverse("onvif_privacy_rights:numbers")
    answer = Client().get(page)
    assert answer.status_code == 200
    assert "Requests of people in numbers" in answer.content.decode()
    assert "X-Robots-Tag" not in answer.headers
    assert Client().post(page).status_code == 405
