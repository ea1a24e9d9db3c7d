"""Private messages are read by who takes part; every other use of a key was agreed to by two people and is recorded."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core import serializers
from django.db import connections, models
from django.db.models.signals import post_save, pre_save
from django.template import loader
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import (
    Conversation,
    ConversationLetter,
    ConversationMessage,
    Opening,
    OpeningKey,
    OpeningUse,
    Participant,
    Report,
    ReportedMessage,
)
from onvif_privacy.community.promises.clauses import PRIVATE
from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations import letters, posting
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.community.services.openings import PURPOSE as OPENING
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare

BLIND = Promise(
    "private_messages.blind", PRIVATE, _("No screen, search, list or export of staff shows a private message.")
)
QUIET = Promise(
    "private_messages.quiet", PRIVATE, _("The words of a private message stand nowhere but sealed in their own row.")
)
OPENED = Promise(
    "private_messages.opened",
    PRIVATE,
    _("A message is opened for staff only when two of them agreed, and each time is recorded."),
)

declare(BLIND, QUIET, OPENED)

SEALED: dict[type[models.Model], tuple[str, ...]] = {
    ConversationMessage: ("body",),
    Participant: ("sealed_key",),
    OpeningKey: ("sealed_key",),
    ReportedMessage: ("copy",),
    Report: ("words",),
}
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
LOOKED_BACK = timedelta(days=90)


# no screen


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


# no copy


def _person() -> Subject:
    model: Any = get_user_model()
    name = f"probe-{secrets.token_hex(6)}"
    user = model(**{model.get_email_field_name(): f"{name}@example.com", model.USERNAME_FIELD: name})
    user.set_unusable_password()
    user.save()
    return Subject.objects.for_user(user)


def _rows() -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every column of the tables of conversations, as the database holds them."""
    tables: tuple[type[models.Model], ...] = (Conversation, ConversationLetter, *SEALED)
    for model in tables:
        table = model._meta.db_table
        with connections[using()].cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connections[using()].ops.quote_name(table)}")  # noqa: S608 - our own names
            for row in cursor.fetchmany(5_000):
                yield table, b"|".join(one if isinstance(one, bytes) else bytes(one) if isinstance(one, memoryview)
                                       else str(one).encode() for one in row)  # fmt: skip


def _places(message: ConversationMessage) -> Iterator[tuple[str, bytes]]:
    """Yield what can be seen of a message by who does not take part: place and bytes."""
    yield from _rows()
    fresh = ConversationMessage.objects.using(using()).get(pk=message.pk)
    yield "dumpdata", serializers.serialize("json", [fresh]).encode()
    yield "str and repr", f"{fresh} {fresh!r} {fresh.__dict__!r}".encode()
    yield "JSON", json.dumps(fresh.__dict__, default=repr).encode()
    for letter in ConversationLetter.objects.using(using()).select_related("subject").order_by("-created_at")[:5]:
        mail = letters.compose(letter)
        yield "notification", mail.message().as_bytes() if mail else b""


@check(QUIET, kind=Kind.PROBE)
def a_message_stands_nowhere_in_clear(look: Look) -> Iterable[Finding]:
    """Write a message whose words nobody else has, look wherever a copy could stand, and take it back."""
    canary = f"canary{secrets.token_hex(12)}"
    with rolled_back(using()):
        first, second = _person(), _person()
        made = conversations.start(subject=first, others=[second])
        message = posting.post(subject=first, conversation=made.pk, text=canary)
        page = conversations.read(subject=second, conversation=made.pk)
        look.seen()
        if [line.text for line in page.lines] != [canary]:
            yield Finding("conversation", "is not read by who takes part")
        with override_settings(ONVIF_PRIVACY_BASE_URL=house.BASE_URL or "https://example.com"):
            letters.write([second])
        for place, content in _places(message):
            if canary.encode() in content:
                yield Finding(place, "holds the words of a private message")


@a_message_stands_nowhere_in_clear.saboteur
@contextmanager
def a_notification_that_quotes(plant: Plant) -> Iterator[str]:
    """Write mails that say what was written."""
    said, post, render = list[str](), posting.post, loader.render_to_string

    def remember(*, text: str, **more: Any) -> ConversationMessage:
        said.append(text)
        return post(text=text, **more)

    def quote(name: str, words: Any) -> str:
        return str(render(name, words)) + " ".join(said)

    with altered(posting, "post", remember), altered(loader, "render_to_string", quote):
        yield "notification: holds the words of a private message"


@a_message_stands_nowhere_in_clear.saboteur
@contextmanager
def a_plain_twin(plant: Plant) -> Iterator[str]:
    """Keep the words a second time, unsealed, beside the letter."""
    post = posting.post

    def copied(*, subject: Subject, text: str, **more: Any) -> ConversationMessage:
        ConversationLetter(subject=subject, purpose=letters.PURPOSE, once=text[:48]).save(using=using())
        return post(subject=subject, text=text, **more)

    with altered(posting, "post", copied):
        yield f"{ConversationLetter._meta.db_table}: holds the words of a private message"


# no opening that nobody agreed to


@check(OPENED, kind=Kind.LEDGER, empty=True)
def every_use_of_a_key_belongs_to_an_opening(look: Look) -> Iterable[Finding]:
    """Compare the scopes of the ledger that could open keys with what was read, and with what two people approved."""
    look.seen()
    for number, one in enumerate(mismatches(look.now() - LOOKED_BACK)):
        if number < 20:
            yield Finding(one.place, one.what)


@every_use_of_a_key_belongs_to_an_opening.saboteur
@contextmanager
def a_key_used_in_a_shell(plant: Plant) -> Iterator[str]:
    """Open the scope without any opening, as somebody with a shell would: the gate itself has recorded it."""
    reference = secrets.token_urlsafe(12)
    with rolled_back(using()):
        ledger.record("gate.opened", payload={"purpose": OPENING, "scope": reference})
        yield f"scope {reference}: could open keys of conversations and belongs to no reading"


@every_use_of_a_key_belongs_to_an_opening.saboteur
@contextmanager
def a_reading_that_nobody_approved(plant: Plant) -> Iterator[str]:
    """Read with an opening that waits for its second yes, past every service."""
    with rolled_back(using(), guards=False):
        first, second, clerk = _person(), _person(), _person()
        made = conversations.start(subject=first, others=[second])
        report = Report(conversation=made, reporter=second, kind=Report.Kind.OTHER)
        report.save(using=using())
        opening = Opening(conversation=made, report=report, reason="planted", requested_by=clerk)
        opening.save(using=using())
        entry = ledger.record("community.opened", payload={"opening": opening.pk.hex})
        use = OpeningUse(opening=opening, reader=clerk, scope_ref="planted", entry=entry)
        use.save(using=using())
        yield f"reading {use.pk.hex}: was read without the yes of a second person"
