"""The editors' desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from standards.models import (
    Article,
    Board,
    Document,
    Event,
    Item,
    News,
    Order,
    OrderLine,
    Post,
    Product,
    Profile,
    Topic,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


@admin.register(News)
class NewsAdmin(ModelAdmin):
    """News, newest first."""

    list_display = ["title", "kind", "published_on"]
    list_filter = ["kind"]
    search_fields = ["title", "summary"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    """The catalogue."""

    list_display = ["name", "maker", "kind", "firmware", "declared_on"]
    list_filter = ["kind", "profiles", "maker"]
    search_fields = ["name", "maker"]


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    """The knowledge base."""

    list_display = ["title", "topic", "updated_on"]
    list_filter = ["topic"]
    search_fields = ["title", "body"]


class LineInline(TabularInline):
    """The rows of an order."""

    model = OrderLine
    extra = 0


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    """Orders, newest first."""

    list_display = ["number", "name", "city", "created_at"]
    search_fields = ["number", "name", "email"]
    inlines = [LineInline]


@admin.register(Post)
class PostAdmin(ModelAdmin):
    """What was posted."""

    list_display = ["text", "author", "topic", "created_at"]
    list_select_related = ["author", "topic"]


admin.site.register([Board, Document, Event, Item, Profile, Topic])
