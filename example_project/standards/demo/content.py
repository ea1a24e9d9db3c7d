"""Fills the site: texts come from ``standards/content/*.toml``, the rest is put together from one fixed seed."""

from __future__ import annotations

import random
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from factory.random import reseed_random

from standards.factories import (
    ArticleFactory,
    BoardFactory,
    DocumentFactory,
    EventFactory,
    ItemFactory,
    NewsFactory,
    OrderFactory,
    OrderLineFactory,
    PostFactory,
    ProductFactory,
    ProfileFactory,
    TopicFactory,
    UserFactory,
)
from standards.models import Item, Profile

CONTENT_DIR = Path(__file__).resolve().parent.parent / "content"
SEED = 2026
PRODUCTS_PER_MAKER = 6
ORDERS = 24


def read(name: str) -> dict[str, Any]:
    """Read one of the content files."""
    return tomllib.loads((CONTENT_DIR / f"{name}.toml").read_text(encoding="utf-8"))


def fill() -> None:
    """Make everything that visitors can read."""
    reseed_random(SEED)  # type: ignore[no-untyped-call]
    dice = random.Random(SEED)  # noqa: S311 believable, not secret
    for news in read("news")["item"]:
        NewsFactory.create(**news)
    for article in read("knowledge")["article"]:
        ArticleFactory.create(**article)
    catalogue = read("catalogue")
    profiles = {row["slug"]: ProfileFactory.create(**row) for row in catalogue["profile"]}
    fill_catalogue(catalogue, profiles, dice)
    items = [ItemFactory.create(**row) for row in catalogue["item"]]
    fill_community(read("community"))
    fill_orders(items, dice)


def fill_catalogue(catalogue: dict[str, Any], profiles: dict[str, Profile], dice: random.Random) -> None:
    """Make products of each maker, of kinds drawn by chance and with numbers as makers give them."""
    kinds = catalogue["kind"]
    for maker in catalogue["maker"]:
        for number in sorted(dice.sample(range(11, 99), PRODUCTS_PER_MAKER)):
            kind = dice.choices(kinds, weights=[5, 2, 2, 2, 1])[0]
            shared = kind["profiles"][: dice.randint(1, len(kind["profiles"]))]
            ProductFactory.create(
                maker=maker["name"],
                kind=kind["slug"],
                name=f"{maker['prefix']}-{number}0 {dice.choice(kind['names'])}",
                summary=dice.choice(kind["sentences"]),
                profiles=[profiles[slug] for slug in shared],
            )


def fill_community(community: dict[str, Any]) -> None:
    """Make boards with their conversations, the calendar and the working documents."""
    for board_row in community["board"]:
        topics = board_row.pop("topic")
        board = BoardFactory.create(**board_row)
        for row in topics:
            fill_topic(board=board, **row)
    for row in community["event"]:
        EventFactory.create(**row)
    for row in community["document"]:
        DocumentFactory.create(**row)


def fill_topic(*, posts: list[list[str]], **row: Any) -> None:
    """Make one conversation, its posts some hours apart."""
    topic = TopicFactory.create(**row)
    for number, (username, text) in enumerate(posts):
        topic.active_at = topic.created_at + timedelta(hours=3.4 * number, minutes=17 * number)
        PostFactory.create(
            topic=topic, author=UserFactory.create(username=username), text=text, created_at=topic.active_at
        )
    topic.save()


def fill_orders(items: list[Item], dice: random.Random) -> None:
    """Make past orders, two of them by the log-in "customer"."""
    customer = User.objects.filter(username="customer").first()
    own = {"customer": customer, "name": customer.get_full_name(), "email": customer.email} if customer else {}
    for number in range(ORDERS):
        order = OrderFactory.create(**own if number < 2 else {})
        for item in dice.sample(items, dice.choice([1, 1, 1, 2, 3])):
            OrderLineFactory.create(order=order, title=item.title, price=item.price, quantity=dice.choice([1, 1, 1, 2]))
