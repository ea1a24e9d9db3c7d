"""Reading a conversation: only by who takes part, and only what its author still lets be read."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import ConversationMessage
from onvif_privacy.community.models.bodies import Inner, has_ended, open_words, plain_of
from onvif_privacy.community.services.conversations.common import part_of, readable
from onvif_privacy.community.services.conversations.people import name_of
from onvif_privacy.core import gate
from onvif_privacy.core.keys import KeyDestroyed, OpeningKeys, SealBroken
from onvif_privacy.core.models import Subject

logger = logging.getLogger(__name__)

AT_ONCE: Final = 50


class Words(StrEnum):
    """What became of the words of a message."""

    SHOWN = "shown"
    ERASED = "erased"
    BROKEN = "broken"


@dataclass(frozen=True)
class Line:
    """One message as a participant sees it; ``text`` is None unless it is shown."""

    id: uuid.UUID
    number: int
    author: uuid.UUID
    name: str
    is_own: bool
    sent_at: datetime
    words: Words
    text: str | None

    def __repr__(self) -> str:
        return f"<Line {self.number} {self.words}>"


@dataclass(frozen=True)
class Page:
    """The newest messages below a number, the oldest first; ``older`` is the number to ask below for more, or None."""

    lines: Sequence[Line]
    older: int | None


@sensitive_variables()
def words_of(message: ConversationMessage, key: bytes, keys: OpeningKeys) -> tuple[Words, str | None]:
    """Return the words of a message under the key of its conversation, or what became of them."""
    if has_ended(message, "body"):
        return Words.ERASED, None
    try:
        inner = Inner(plain_of(message, "body", keys))
        text = open_words(inner, key=key, conversation=message.conversation_id, message=message.pk)
    except KeyDestroyed:
        return Words.ERASED, None
    except SealBroken:
        logger.error("message %s cannot be opened: it was changed or moved", message.pk)
        return Words.BROKEN, None
    return Words.SHOWN, text


@sensitive_variables()
def read(*, subject: Subject, conversation: uuid.UUID, before: int | None = None, limit: int = AT_ONCE) -> Page:
    """Return the newest messages that somebody may read, below number ``before``; four queries for 50 of them.

    Raises NotThere for who does not take part, GateClosed after a restore. Nothing is written.
    """
    with gate.scope("own_access", subject=subject) as scope:
        mine = part_of(subject, conversation)
        wanted = readable(subject, conversation).select_related("author__user").order_by("-number")
        if before is not None:
            wanted = wanted.filter(number__lt=before)
        rows = list(wanted[: limit + 1])
        found, more = rows[:limit][::-1], len(rows) > limit
        scope.keys.fetch([subject.pk, *(one.author_id for one in found)])
        key = plain_of(mine, "sealed_key", scope.keys)
        lines = [line_of(one, subject, *words_of(one, key, scope.keys)) for one in found]
    return Page(lines, found[0].number if more else None)


def line_of(row: ConversationMessage, subject: Subject, words: Words, text: str | None) -> Line:
    """Return a message as somebody sees it."""
    is_own = row.author_id == subject.pk
    return Line(row.pk, row.number, row.author_id, name_of(row.author), is_own, row.sent_at, words, text)
