"""The basket: quantities by item, kept in the session until the order is placed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from standards.models import Item

SESSION_KEY = "basket"
LARGEST_QUANTITY = 20


@dataclass(frozen=True)
class Row:
    """One kind of item in the basket."""

    item: Item
    quantity: int

    @property
    def amount(self) -> Decimal:
        """Price of the row in euro."""
        return self.item.price * self.quantity


class Basket:
    """The basket of the visitor who sends this request. Costs one query when it is read."""

    def __init__(self, request: HttpRequest) -> None:
        self.session = request.session
        self.quantities: dict[str, int] = dict(request.session.get(SESSION_KEY, {}))

    def __iter__(self) -> Iterator[Row]:
        items = Item.objects.filter(slug__in=self.quantities)
        return iter([Row(item, self.quantities[item.slug]) for item in items])

    def set(self, item: Item, quantity: int) -> None:
        """Keep so many of this item, at most `LARGEST_QUANTITY`; none takes it out."""
        self.quantities[item.slug] = min(quantity, LARGEST_QUANTITY)
        if quantity < 1:
            del self.quantities[item.slug]
        self.session[SESSION_KEY] = self.quantities

    def add(self, item: Item) -> None:
        """Put one more of this item into the basket."""
        self.set(item, self.quantities.get(item.slug, 0) + 1)

    def clear(self) -> None:
        """Empty the basket."""
        self.session.pop(SESSION_KEY, None)
        self.quantities = {}

    @property
    def total(self) -> Decimal:
        """Sum of all rows in euro."""
        return sum((row.amount for row in self), Decimal())
