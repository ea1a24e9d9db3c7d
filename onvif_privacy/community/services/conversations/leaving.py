"""Leaving a conversation, and bringing somebody in."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import Block, Conversation, Participant
from onvif_privacy.community.models.bodies import plain_of
from onvif_privacy.community.models.conversations import MOST_PARTICIPANTS
from onvif_privacy.community.services.conversations.common import (
    PURPOSE,
    Refused,
    lock,
    may_write,
    part_of,
    participants,
    using,
)
from onvif_privacy.core import consent
from onvif_privacy.core.keys import OpeningKeys
from onvif_privacy.core.models import Subject


def leave(*, subject: Subject, conversation: uuid.UUID) -> None:
    """End somebody's part: from the commit on they read nothing of it, whatever was sent. Raises NotThere."""
    with transaction.atomic(using=using()):
        lock(conversation)
        mine = part_of(subject, conversation)
        mine.left_at = timezone.now()
        mine.save(using=using(), update_fields=["left_at"])


@sensitive_variables("key")
def add(*, subject: Subject, conversation: uuid.UUID, other: Subject) -> Participant:
    """Bring somebody in, who reads what is sent from then on; raises NotThere, Refused."""
    may_write(subject)
    with transaction.atomic(using=using()):
        lock(conversation)
        key = plain_of(part_of(subject, conversation), "sealed_key", OpeningKeys())
        here = participants().filter(conversation=conversation)
        if here.count() >= MOST_PARTICIPANTS or here.filter(subject=other).exists():
            raise Refused(_("A conversation has two to %(most)d people.") % {"most": MOST_PARTICIPANTS})
        blocked = Block.objects.using(using()).filter(subject=other, sender__in=here.values("subject"))
        if other.user_id is None or not consent.may(other, PURPOSE) or blocked.exists():
            raise Refused(_("This person cannot be written to."))
        rows = Participant.objects.using(using())
        found = rows.filter(conversation=conversation, subject=other).first()
        part = found or Participant(conversation_id=conversation, subject=other)
        part.joined_after = Conversation.objects.using(using()).values_list("messages", flat=True).get(pk=conversation)
        part.sealed_key, part.joined_at, part.left_at = key, timezone.now(), None
        part.save(using=using())
    return part
