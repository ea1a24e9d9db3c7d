"""What every service of conversations asks first: where, who, and whether they take part."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import router
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from onvif_privacy.community.models import Block, Conversation, ConversationMessage, Participant
from onvif_privacy.core import consent
from onvif_privacy.core.models import Subject

PURPOSE: Final = "private_conversations"
"""What messages are kept for."""


class Refused(Exception):
    """This cannot be done; the words say why, to whoever tried."""


class NotThere(Refused):
    """There is no such conversation for this person: it does not exist, or they do not take part (any more)."""

    def __init__(self) -> None:
        super().__init__(_("There is no such conversation."))


def using() -> str:
    """Return the database of conversations."""
    return router.db_for_write(Conversation)


def participants() -> QuerySet[Participant]:
    """Return everybody who takes part in anything, now."""
    return Participant.objects.using(using()).filter(left_at__isnull=True)


def part_of(subject: Subject, conversation: uuid.UUID) -> Participant:
    """Return the part that a person takes in a conversation; raises NotThere. One query."""
    found = participants().filter(conversation=conversation, subject=subject).first()
    if found is None:
        raise NotThere
    return found


def readable(subject: Subject, *conversations: uuid.UUID) -> QuerySet[ConversationMessage]:
    """Return the messages that a person may read: while they take part, since they joined, of nobody they blocked.

    One condition of one statement, so that it holds for the moment in which the database answers.
    """
    mine = participants().filter(
        conversation=OuterRef("conversation"), subject=subject, joined_after__lt=OuterRef("number")
    )
    blocked = Block.objects.using(using()).filter(
        subject=subject, sender=OuterRef("author"), at__lt=OuterRef("sent_at")
    )
    rows = ConversationMessage.objects.using(using()).filter(conversation__in=conversations)
    return rows.filter(Exists(mine), ~Exists(blocked))


def lock(conversation: uuid.UUID, **changes: object) -> None:
    """Hold a conversation until commit. A write first: SQLite has no row locks, and two readers who write deadlock."""
    rows = Conversation.objects.using(using()).filter(pk=conversation)
    if not rows.update(**(changes or {"messages": F("messages")})):
        raise NotThere


def may_write(subject: Subject) -> None:
    """Raise Refused for somebody whose data may not be used now: erased, merged or restricted."""
    if not consent.may(subject, PURPOSE):
        raise Refused(_("Your data may not be used at present, so that you cannot write."))
