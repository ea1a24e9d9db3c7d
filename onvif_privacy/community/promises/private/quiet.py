"""The words of a private message stand nowhere but sealed in their own row."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core import serializers
from django.db import connections, models
from django.template import loader
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import Conversation, ConversationLetter, ConversationMessage
from onvif_privacy.community.promises.clauses import PRIVATE
from onvif_privacy.community.promises.private.probes import SEALED, probe
from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations import letters, posting
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare

QUIET = Promise(
    "private_messages.quiet", PRIVATE, _("The words of a private message stand nowhere but sealed in their own row.")
)

declare(QUIET)


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
        first, second = probe(), probe()
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
