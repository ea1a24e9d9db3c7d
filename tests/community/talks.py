"""People who write to each other, and staff who may look at what was reported."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from onvif_privacy.community.models import Conversation, ConversationMessage, Opening, Report
from onvif_privacy.community.services import conversations, openings
from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.subjects import Strength
from tests.core.factories import UserFactory


def person(**fields: Any) -> Subject:
    """Return somebody with an account."""
    return subjects.for_user(UserFactory(**fields))


def talk(*people: Subject) -> Conversation:
    """Begin a conversation."""
    return conversations.start(subject=people[0], others=people[1:])


def say(subject: Subject, conversation: Conversation, text: str = "Shall we meet at six?") -> ConversationMessage:
    """Write one message."""
    return conversations.post(subject=subject, conversation=conversation.pk, text=text)


def heard(subject: Subject, conversation: Conversation) -> list[str | None]:
    """Return the words that somebody reads, in order."""
    return [line.text for line in conversations.read(subject=subject, conversation=conversation.pk).lines]


def reported(
    subject: Subject, conversation: Conversation, *messages: uuid.UUID, words: str = "He insults me."
) -> Report:
    """Report messages."""
    return conversations.report(
        subject=subject, conversation=conversation.pk, messages=messages, kind=Report.Kind.HARASSMENT, words=words
    )


def staff(*permissions: str, **fields: Any) -> Any:
    """Return a member of staff with permissions of the room: request, approve, view."""
    user = UserFactory(is_staff=True, **fields)
    names = {"request": "request_opening", "approve": "approve_opening"}
    codenames = [names.get(one, one) for one in permissions]
    rows = Permission.objects.filter(content_type__app_label="onvif_privacy_community")
    user.user_permissions.set(
        [*rows.filter(codename__in=codenames), *rows.filter(codename__in=["view_report", "view_opening"])]
    )
    return type(user).objects.get(pk=user.pk)


def asked(report: Report, clerk: Any, **more: Any) -> Opening:
    """Ask to open what was reported."""
    return openings.request_opening(report=report, reason="The words of the report say why.", actor=clerk, **more)


def approved(opening: Opening, other: Any) -> Opening:
    """Say yes to it."""
    return openings.approve_opening(opening=opening, shown=opening.digest, actor=other, strength=Strength.RECENT)


def is_refused(act: Callable[[], object]) -> bool:
    """Whether the database refuses something, and nothing of it is left."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False
