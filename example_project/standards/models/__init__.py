"""The models of the site, by part."""

from __future__ import annotations

from standards.models.community import Board, DemoStep, Document, Event, Post, Topic
from standards.models.publications import Article, News, Product, Profile
from standards.models.shop import Item, Order, OrderLine

__all__ = [
    "Article",
    "Board",
    "DemoStep",
    "Document",
    "Event",
    "Item",
    "News",
    "Order",
    "OrderLine",
    "Post",
    "Product",
    "Profile",
    "Topic",
]
