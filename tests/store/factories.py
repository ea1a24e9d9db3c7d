"""The smallest valid objects of the store."""

from __future__ import annotations

import factory

from tests.core.factories import UserFactory
from tests.store.models import Line, Order


class OrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Order

    customer = factory.SubFactory(UserFactory)
    number = factory.Sequence(lambda n: f"N{n}")
    email = factory.Sequence(lambda n: f"buyer{n}@example.com")
    name = "Ada Example"
    voucher = factory.Sequence(lambda n: f"voucher-{n}")


class LineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Line

    order = factory.SubFactory(OrderFactory)
