"""The conversations of a person; nothing is opened for it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from onvif_privacy.community.models import Block, Conversation
from onvif_privacy.community.services.conversations.common import part_of, participants, using
from onvif_privacy.community.services.conversations.people import name_of
from onvif_privacy.core.models import Subject

AT_ONCE: Final = 100


@dataclass(frozen=True)
class Person:
    """Somebody else in a conversation."""

    id: uuid.UUID
    name: str
    is_blocked: bool


@dataclass(frozen=True)
class Summary:
    """One conversation in the list."""

    id: uuid.UUID
    names: Sequence[str]
    last_at: datetime


def listed(*, subject: Subject) -> list[Summary]:
    """Return the 100 conversations that somebody takes part in, the newest first. Two queries; no key is touched."""
    return _summaries(subject, _own(subject)[:AT_ONCE])


def summaries(subject: Subject, conversations: Collection[uuid.UUID]) -> list[Summary]:
    """Return these of the conversations that somebody takes part in. Two queries; no key is touched."""
    return _summaries(subject, _own(subject).filter(pk__in=conversations))


def _own(subject: Subject) -> QuerySet[Conversation]:
    mine = participants().filter(conversation=OuterRef("pk"), subject=subject)
    return Conversation.objects.using(using()).filter(Exists(mine)).order_by("-last_at", "pk")


def _summaries(subject: Subject, rows: QuerySet[Conversation]) -> list[Summary]:
    people = participants().exclude(subject=subject).select_related("subject__user").defer("sealed_key")
    found = rows.prefetch_related(Prefetch("participants", queryset=people.order_by("joined_at", "pk")))
    return [Summary(one.pk, [name_of(part.subject) for part in one.participants.all()], one.last_at) for one in found]


def others(*, subject: Subject, conversation: uuid.UUID) -> list[Person]:
    """Return the others in a conversation, and whether they are blocked. Two queries; raises NotThere."""
    part_of(subject, conversation)
    blocked = Block.objects.using(using()).filter(subject=subject, sender=OuterRef("subject"))
    rows = participants().filter(conversation=conversation).exclude(subject=subject).defer("sealed_key")
    rows = rows.select_related("subject__user").annotate(is_blocked=Exists(blocked)).order_by("joined_at", "pk")
    return [Person(one.subject_id, name_of(one.subject), one.is_blocked) for one in rows]
