"""People with something held about them."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

import factory
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.models import Channel, Kind, Request, State
from tests.core.factories import SubjectFactory, UserFactory
from tests.store import declarations
from tests.store.factories import LineFactory, OrderFactory

STORE = declarations.ALL


def person(**user: Any) -> Subject:
    """Somebody with an account."""
    return subjects.for_user(UserFactory(**user))


OLD = date(2001, 1, 1)  # no term of bookkeeping runs so long


def shopper(name: str = "Ada Example", orders: int = 1, **user: Any) -> Subject:
    """Somebody who bought something long ago; their name and address say who they are."""
    found = person(**user)
    for _number in range(orders):
        address = f"{name.split()[0].lower()}@example.org"
        order = OrderFactory(customer=found.user, name=name, email=address, invoiced_on=OLD)
        LineFactory(order=order, engraving_text=f"for {name}")
    return found


class RequestFactory(factory.django.DjangoModelFactory):
    """A request as it stands in the table; services are what makes real ones."""

    class Meta:
        model = Request

    kind = Kind.EXPORT
    channel = Channel.ACCOUNT
    subject = factory.SubFactory(SubjectFactory)
    state = State.CONFIRMED
    received_at = factory.LazyFunction(timezone.now)
    state_at = factory.LazyFunction(timezone.now)
    due_on = factory.LazyAttribute(lambda one: one.received_at.date())
    key = factory.LazyFunction(lambda: secrets.token_hex(16))
    slot = factory.LazyAttribute(lambda one: secrets.token_hex(16))


__all__ = ["STORE", "RequestFactory", "person", "shopper"]
