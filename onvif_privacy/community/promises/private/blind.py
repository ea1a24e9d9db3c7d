"""No screen, search, list, index, signal or serializer of staff reaches what is sealed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.signals import post_save, pre_save
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import ConversationMessage, Report, ReportedMessage
from onvif_privacy.community.promises.clauses import PRIVATE
from onvif_privacy.community.promises.private.probes import SEALED
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import declare

BLIND = Promise(
    "private_messages.blind", PRIVATE, _("No screen, search, list or export of staff shows a private message.")
)

declare(BLIND)

SHOWN = (
    "list_display",
    "list_filter",
    "search_fields",
    "fields",
    "readonly_fields",
    "ordering",
    "list_editable",
    "sortable_by",
)
SIGNALS = {"pre_save": pre_save, "post_save": post_save}


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for one in value:
            yield from _names(one)


def _leads_to(model: type[models.Model], name: str) -> bool:
    """Whether a name that an admin screen of ``model`` uses ends at a sealed column of ours."""
    steps, here = name.lstrip("-^=@").split("__"), model
    for number, step in enumerate(steps):
        if step in SEALED.get(here, ()):
            return True
        try:
            field = here._meta.get_field(step)
        except Exception:  # a method, a lookup, or a name of no field
            return False
        if number == len(steps) - 1 or not isinstance(field.related_model, type):
            return False
        here = field.related_model
    return False


def _screens() -> Iterator[Finding]:
    for site in admin.sites.all_sites:
        for model, screen in site._registry.items():
            place = f"{type(screen).__module__}.{type(screen).__name__}"
            if model in SEALED and model is not Report:
                yield Finding(place, "is a screen of private messages")
            shown = [getattr(screen, name, None) or () for name in SHOWN]
            if any(_leads_to(model, name) for name in _names(shown)):
                yield Finding(place, "shows or searches what is sealed")
            for inline in screen.inlines:
                if inline.model in SEALED:
                    yield Finding(place, "is a screen of private messages")


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    subclass: type[Any]
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _serializers() -> Iterator[Finding]:
    """Yield serializers of Django REST framework, where a site has it."""
    module: Any = sys.modules.get("rest_framework.serializers")
    found: Iterable[type[Any]] = _subclasses(module.ModelSerializer) if module else ()
    for one in found:
        if getattr(getattr(one, "Meta", None), "model", None) in SEALED:
            yield Finding(f"{one.__module__}.{one.__name__}", "serializes private messages")


def _is_indexed(field: Any) -> bool:
    return bool(field.db_index or getattr(field, "index", None))


def _indexes_and_signals() -> Iterator[Finding]:
    for model, names in SEALED.items():
        columns = {name for index in model._meta.indexes for name in index.fields}
        single = {one.name for one in model._meta.concrete_fields if _is_indexed(one)}
        if (columns | single) & set(names):
            yield Finding(model._meta.label, "has an index over what is sealed")
        for name, signal in SIGNALS.items():
            # Django's listeners of every model hear of ours, too; who asks for this one is meant
            if any(key[1] == id(model) for key, *_more in signal.receivers):
                yield Finding(model._meta.label, f"is listened to ({name})")


@check(BLIND, kind=Kind.STATIC)
def nothing_of_staff_touches_a_message(look: Look) -> Iterable[Finding]:
    """Look at every admin screen, serializer, index and signal for one that reaches a sealed column."""
    look.seen(len(SEALED))
    yield from _screens()
    yield from _serializers()
    yield from _indexes_and_signals()


@nothing_of_staff_touches_a_message.saboteur
@contextmanager
def a_search_over_bodies(plant: Plant) -> Iterator[str]:
    """Let staff search what people wrote, from the screen of conversations that a site made itself."""

    class Searching(admin.ModelAdmin):  # type: ignore[type-arg]
        search_fields = ("conversation__pk", "body")

    site = admin.AdminSite(name="planted")
    site.register(ConversationMessage, Searching)
    try:
        yield "Searching: shows or searches what is sealed"
    finally:
        site.unregister(ConversationMessage)


@nothing_of_staff_touches_a_message.saboteur
@contextmanager
def a_listener(plant: Plant) -> Iterator[str]:
    """Listen to every message that is saved, as a search engine would."""

    def hear(sender: Any, instance: Any, **kwargs: Any) -> None:
        pass

    post_save.connect(hear, sender=ConversationMessage)
    try:
        yield "ConversationMessage: is listened to (post_save)"
    finally:
        post_save.disconnect(hear, sender=ConversationMessage)


@nothing_of_staff_touches_a_message.saboteur
@contextmanager
def an_index(plant: Plant) -> Iterator[str]:
    """Index the copies of reported messages."""
    with altered(ReportedMessage._meta, "indexes", [models.Index(fields=["copy"], name="planted")]):
        yield "ReportedMessage: has an index over what is sealed"
