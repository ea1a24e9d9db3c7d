"""What the database names as due and the keep rule alone agree, row by row, whatever terms and consents say (R26)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core.consent import Outcome
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import After, Field, PersonalData, blank
from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.services.retention import rules
from tests.rights.factories import STORE, person
from tests.rights.test_retention import ASKED, NEWS, agree
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db
ZONES = ("UTC", "Pacific/Kiritimati", "America/St_Johns")
LEAP = (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31), date(2025, 1, 1))


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    with temporarily(*STORE, NEWS):
        yield


def declared(seed: random.Random) -> PersonalData:
    """Return random terms and purposes of two fields."""
    terms = {
        "operation": After("closed_at", days=seed.choice((0, 1, 365, 366))),
        "bookkeeping": After("invoiced_on", days=seed.choice((0, 1, 365, 366))),
    }
    names = ("operation", "bookkeeping", "news")
    fields = {
        name: Field("contact", purposes=tuple(seed.sample(names, seed.randint(1, 3))), erase=blank())
        for name in ("email", "name")
    }
    return replace(ASKED, terms=terms, fields=fields)


def over(declaration: PersonalData, purpose: str, row: Order, grants: set[Any], now: datetime, zone: ZoneInfo) -> bool:
    """The rule in other words: whether a purpose has ended for a row."""
    if purpose == "news":
        return row.customer_id not in grants
    term: Any = declaration.terms[purpose]
    begun = getattr(row, term.field)
    if begun is None:
        return False
    if isinstance(begun, datetime):
        return now >= begun + timedelta(days=term.days)
    return now >= datetime.combine(begun + timedelta(days=term.days), datetime.min.time(), tzinfo=zone)


def expected(declaration: PersonalData, row: Order, grants: set[Any], now: datetime, zone: ZoneInfo) -> set[str]:
    found = set()
    for name, field in declaration.fields.items():
        assert isinstance(field, Field)
        nobodys = row.customer_id is None and set(field.purposes) == {"news"}
        ended = all(over(declaration, one, row, grants, now, zone) for one in field.purposes)
        if ended and not nobodys:
            found.add(name)
    return found


def compare(settings: Settings, rounds: int, rows: int, number: int) -> int:
    seed, compared = random.Random(number), 0
    people = [person() for _number in range(4)]
    for one in people[:2]:
        agree(one)
    agree(people[1], Outcome.WITHDRAWN)
    grants = {people[0].user_id}
    subjects: list[Subject | None] = [*people, None]
    for _row in range(rows):
        who = seed.choice(subjects)
        closed = seed.choice((None, datetime.combine(seed.choice(LEAP), datetime.min.time(), tzinfo=UTC)))
        OrderFactory(
            customer=who and who.user,
            name="Ada",
            email="a@example.org",
            closed_at=closed,
            invoiced_on=seed.choice((None, *LEAP)),
        )
    for _round in range(rounds):
        settings.TIME_ZONE = seed.choice(ZONES)
        zone, declaration = ZoneInfo(settings.TIME_ZONE), declared(seed)
        day = seed.choice(LEAP) + timedelta(days=seed.choice((0, 1, 365, 366)))
        now = datetime.combine(day, datetime.min.time(), tzinfo=zone) + timedelta(seconds=seed.choice((-1, 0, 1)))
        with temporarily(declaration):
            due = {
                one.judged.row.pk: set(one.judged.ends)
                for batch in rules.batches(declaration, now=now)
                for one in batch
            }
        for row in Order.objects.all():
            assert due.get(row.pk, set()) == expected(declaration, row, grants, now, zone), (row.pk, now, declaration)
            compared += 1
    assert timezone.get_default_timezone_name() == settings.TIME_ZONE
    return compared


def test_rows_that_end_are_those_that_the_rule_in_other_words_names(settings: Settings) -> None:
    assert compare(settings, rounds=12, rows=25, number=7) == 300


@pytest.mark.full
def test_ten_thousand_rows_agree(settings: Settings) -> None:
    assert compare(settings, rounds=200, rows=50, number=11) == 10_000
