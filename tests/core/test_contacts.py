"""Addresses are read for one purpose, through the gate, the proven ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from onvif_privacy.core import consent, contacts, gate, subjects
from onvif_privacy.core.gate import BulkRefused, GateClosed, ScopeRefused
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import Field, NotDeclared, Reach, blank
from onvif_privacy.core.testing import temporarily
from tests.core.factories import UserFactory
from tests.core.orders import entries, grant, order
from tests.store import declarations as store
from tests.store.factories import OrderFactory

pytestmark = pytest.mark.django_db

PROVEN = Reach("email", rows={"name": "Ada Example"}, proven="closed_at", first="invoiced_on")


@pytest.fixture
def shop() -> Iterator[None]:
    """A shop whose orders say when an address was proven, and whose field is also declared for offers."""
    fields = {**store.ORDER.fields, "email": Field("contact", ("operation", "offers"), blank(), reach=PROVEN)}
    rest = [one for one in store.ALL if one is not store.ORDER]
    with temporarily(*rest, replace(store.ORDER, fields=fields)):
        yield


def test_the_address_of_an_account_is_found_for_what_it_is_declared_for() -> None:
    me = subjects.for_user(UserFactory(email="ada@example.org"))
    assert contacts.email(me, "operation") == "ada@example.org"
    assert contacts.email(me, "own_access") == "ada@example.org"
    assert contacts.email(me, "newsletter") is None


def test_a_purpose_that_asks_needs_the_answer() -> None:
    mine = order(email="ada@example.org")
    assert mine.owner is not None
    assert contacts.email(mine.owner, "offers") is None
    grant(mine.owner)
    assert contacts.email(mine.owner, "offers") == "ada@example.org"
    consent.withdraw(subject=mine.owner, purpose="offers", method=consent.Method.FORM, key="k")
    assert contacts.email(mine.owner, "offers") is None


def test_the_restricted_are_reached_about_their_own_data_only() -> None:
    mine = order(email="ada@example.org")
    assert mine.owner is not None
    subjects.restrict(mine.owner)
    assert contacts.email(mine.owner, "fulfilment") is None
    assert contacts.email(mine.owner, "own_access") == "ada@example.org"


@pytest.mark.parametrize("value", ["", "   ", "no address", "a@b@c", "ada@example.org\nBcc: bob@example.org"])
def test_what_is_no_address_is_not_taken_for_one(value: str) -> None:
    user = UserFactory()
    type(user).objects.filter(pk=user.pk).update(email=value)
    assert contacts.email(subjects.for_user(user), "operation") is None


def test_nobody_and_who_has_nothing_cannot_be_reached() -> None:
    assert contacts.email(None, "operation") is None
    assert contacts.email(Subject.objects.create(), "operation") is None


def test_proven_addresses_come_first_and_unproven_ones_never(shop: None) -> None:
    user, now = UserFactory(email="account@example.org"), timezone.now()
    me = subjects.for_user(user)
    OrderFactory(customer=user, email="unproven@example.org", name="Ada Example")
    assert contacts.email(me, "operation") == "account@example.org"
    OrderFactory(customer=user, email="other-kind@example.org", name="Somebody else", closed_at=now)
    assert contacts.email(me, "operation") == "account@example.org"
    OrderFactory(customer=user, email="old@example.org", name="Ada Example", closed_at=now - timedelta(days=9))
    OrderFactory(customer=user, email="new@example.org", name="Ada Example", closed_at=now)
    assert contacts.email(me, "operation") == "new@example.org"
    OrderFactory(
        customer=user,
        email="main@example.org",
        name="Ada Example",
        closed_at=now - timedelta(days=20),
        invoiced_on=now.date(),
    )
    assert contacts.email(me, "operation") == "main@example.org"


def test_the_row_to_prefer_comes_before_a_newer_one(shop: None) -> None:
    user, now = UserFactory(), timezone.now()
    fields: dict[str, Any] = {"customer": user, "name": "Ada Example"}
    OrderFactory(**fields, email="main@example.org", closed_at=now - timedelta(days=9), invoiced_on=now.date())
    OrderFactory(**fields, email="new@example.org", closed_at=now, invoiced_on=now.date() - timedelta(days=1))
    assert contacts.email(subjects.for_user(user), "operation") == "main@example.org"


def test_many_people_share_one_scope_and_no_query_grows_with_them(django_assert_max_num_queries: Any) -> None:
    people = [subjects.for_user(UserFactory(email=f"p{number}@example.org")) for number in range(40)]
    people += [one.owner for one in (order(email="guest@example.org") for _ in range(5)) if one.owner]
    stranger = Subject.objects.create()
    with gate.scope("own_access", subject=people[0]) as alone:
        assert contacts.emails(alone, people) == {people[0].pk: "p0@example.org"}
    with gate.scope("counting") as scope, django_assert_max_num_queries(30):
        found = contacts.emails(scope, [*people, stranger])
    assert set(found.values()) == {"guest@example.org"}  # accounts are not declared for counting
    with gate.scope("operation") as scope, django_assert_max_num_queries(90):
        assert len(contacts.emails(scope, people)) == 40


def test_more_people_than_a_scope_may_reach_are_refused(settings: Any) -> None:
    settings.ONVIF_PRIVACY_GATE_BULK = 3
    people = [subjects.for_user(UserFactory(email=f"p{number}@example.org")) for number in range(4)]
    with gate.scope("operation") as scope:
        assert len(contacts.emails(scope, people[:3])) == 3
        with pytest.raises(BulkRefused):
            contacts.emails(scope, people)


def test_reading_an_address_is_recorded_as_its_purpose_says() -> None:
    mine = order(email="ada@example.org")
    before = Entry.objects.count()
    contacts.email(mine.owner, "own_access")
    assert Entry.objects.count() == before
    contacts.email(mine.owner, "fulfilment")
    assert [one["fields"] for one in entries("gate.read")] == [["hostapp.order.email"]]


def test_a_misspelt_purpose_a_closed_gate_and_an_exit_are_no_answer() -> None:
    mine = order()
    with pytest.raises(NotDeclared):
        contacts.email(mine.owner, "ofers")
    with pytest.raises(ScopeRefused):
        contacts.email(mine.owner, "mailing")
    gate.close("a restore")
    with pytest.raises(GateClosed):
        contacts.email(mine.owner, "fulfilment")
