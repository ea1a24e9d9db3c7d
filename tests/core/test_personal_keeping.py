"""The keep rule against a plain calendar (C31)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from onvif_privacy.core.consent import State
from onvif_privacy.core.personal import Kept, kept, terms_of
from onvif_privacy.core.personal.keeping import followed_rows
from onvif_privacy.core.registry import After, Basis, Field, PersonalData, Purpose, While, blank, keep
from onvif_privacy.core.testing import temporarily
from tests.store.factories import LineFactory
from tests.store.models import Category, Order

PURPOSES = [
    Purpose("books", label="b", text="b", basis=Basis.LEGAL_OBLIGATION, clause="operation", default=True),
    Purpose("service", label="s", text="s", basis=Basis.CONTRACT, clause="operation", default=True),
    Purpose("news", label="n", text="n", basis=Basis.CONSENT, clause="product_news"),
    Purpose("adverts", label="a", text="a", basis=Basis.EXPLICIT_CONSENT, clause="product_news"),
    Purpose("account", label="c", text="c", basis=Basis.CONTRACT, clause="operation", default=True),
]
NAMES = [purpose.slug for purpose in PURPOSES]
ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"]
dates = st.dates(date(2019, 1, 1), date(2032, 12, 31))
moments = st.datetimes(datetime(2019, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def declaration(days: dict[str, int], field: Field) -> PersonalData:
    terms = {
        "books": After("invoiced_on", days=days["books"]),
        "service": After("closed_at", days=days["service"]),
        "account": While("customer"),
    }
    return PersonalData(model="store.Order", subjects={"customer": "customer"}, terms=terms, fields={"name": field})


def by_calendar(
    name: str, row: Order, days: dict[str, int], states: dict[str, State], now: datetime, zone: str
) -> bool:
    """The rule again, counted on the wall calendar of the site."""
    if name in ("news", "adverts"):
        return states.get(name) == State.GRANTED
    if name == "account":
        return row.customer_id is not None
    if name == "books":
        # the last whole day on which it stays, on the site's calendar
        return row.invoiced_on is None or now.astimezone(ZoneInfo(zone)).date() < row.invoiced_on + timedelta(
            days=days[name]
        )
    return row.closed_at is None or now.timestamp() < row.closed_at.timestamp() + days[name] * 86_400


def agree(
    names: list[str],
    row: Order,
    days: dict[str, int],
    states: dict[str, State],
    now: datetime,
    zone: str,
    erasing: bool,
) -> None:
    erase = keep(names[0], then=blank()) if erasing and names else blank()
    field = Field("identity", purposes=tuple(names), erase=erase)
    considered = names[:1] if erasing else names
    with timezone.override(zone):
        answer = kept(declaration(days, field), field, row, states=states, now=now, erasing=erasing)
    alive = [name for name in considered if by_calendar(name, row, days, states, now, zone)]
    assert (answer is not None) == bool(alive)
    if answer:
        assert answer.purpose in alive
        assert answer.until is None or answer.until > now


histories = {
    "names": st.lists(st.sampled_from(NAMES), unique=True, max_size=5),
    "invoiced": st.none() | dates,
    "closed": st.none() | moments,
    "customer": st.none() | st.integers(1, 9),
    "days": st.fixed_dictionaries({"books": st.integers(1, 4000), "service": st.integers(1, 1500)}),
    "states": st.dictionaries(st.sampled_from(NAMES), st.sampled_from(State), max_size=5),
    "now": moments,
    "zone": st.sampled_from(ZONES),
    "erasing": st.booleans(),
}


def check(names, invoiced, closed, customer, days, states, now, zone, erasing) -> None:  # type: ignore[no-untyped-def]
    row = Order(customer_id=customer, invoiced_on=invoiced, closed_at=closed)
    with temporarily(*PURPOSES):
        agree(names, row, days, states, now, zone, erasing)


@settings(max_examples=300, deadline=None)
@given(**histories)
def test_field_stays_exactly_while_a_purpose_lives(**history: object) -> None:
    check(**history)


@pytest.mark.full
@settings(max_examples=10_000, deadline=None)
@given(**histories)
def test_field_stays_exactly_while_a_purpose_lives_in_10000_histories(**history: object) -> None:
    check(**history)


def test_leap_day_and_summer_time_end_at_midnight_of_the_site() -> None:
    field = Field("identity", purposes=("books",), erase=blank())
    days = {"books": 366, "service": 1}
    row = Order(invoiced_on=date(2028, 2, 29))
    midnight = datetime(2029, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    with temporarily(*PURPOSES), timezone.override("Europe/Berlin"):
        before = kept(declaration(days, field), field, row, states={}, now=midnight - timedelta(seconds=1))
        assert before
        assert before.until == midnight
        assert kept(declaration(days, field), field, row, states={}, now=midnight) is None


def test_term_that_has_not_begun_keeps_without_a_date() -> None:
    field = Field("identity", purposes=("books",), erase=blank())
    with temporarily(*PURPOSES):
        answer = kept(declaration({"books": 1, "service": 1}, field), field, Order(), states={}, now=timezone.now())
    assert answer
    assert answer.until is None


@pytest.mark.django_db
def test_a_line_lasts_as_long_as_its_order_is_kept_for_the_same_purpose() -> None:
    name = Field("billing", purposes=("books",), erase=keep("books", then=blank()))
    order = declaration({"books": 10, "service": 1}, name)
    line = PersonalData(
        model="store.Line",
        subjects={"customer": "order__customer"},
        terms={"books": While("order"), "service": While("category")},
        fields={"engraving_text": name},
    )
    row = LineFactory(order__invoiced_on=date(2026, 1, 1))
    with temporarily(*PURPOSES, order, line):
        assert followed_rows(line) == ["order"]
        until = datetime(2026, 1, 11, tzinfo=UTC)
        assert kept(line, name, row, states={}, now=until - timedelta(days=1)) == Kept("books", until)
        assert kept(line, name, row, states={}, now=until) is None
        # what it points at is not declared for that purpose: then the row alone counts
        assert terms_of(line, "service", row, until) == (False, None)
        assert terms_of(line, "service", LineFactory(category=Category.objects.create()), until) == (True, None)
