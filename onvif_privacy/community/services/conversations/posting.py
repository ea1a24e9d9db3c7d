"""Beginning a conversation, and writing in one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import Block, Conversation, ConversationMessage, OpeningKey, Participant
from onvif_privacy.community.models.bodies import close_words, new_key, plain_of
from onvif_privacy.community.models.conversations import MOST_PARTICIPANTS
from onvif_privacy.community.services.conversations import letters
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

MOST_CHARACTERS: Final = 20_000


def _reachable(subject: Subject, others: list[Subject]) -> bool:
    """Whether all of them have an account, may be written to, and have not blocked who writes."""
    wanted = {one.pk for one in others}
    here = consent.audience(PURPOSE).filter(pk__in=wanted, user__isnull=False)
    blocked = Block.objects.using(using()).filter(subject__in=others, sender=subject)
    return here.count() == len(wanted) and not blocked.exists()


def start(*, subject: Subject, others: Iterable[Subject]) -> Conversation:
    """Begin a conversation with 1 to 19 others; raises Refused, in the same words whyever somebody cannot be reached.

    Its key is made here, and kept under the key of each of them, and once for an opening.
    """
    found = list(dict.fromkeys(others))
    if not found or subject in found or len(found) >= MOST_PARTICIPANTS:
        raise Refused(_("A conversation has two to %(most)d people.") % {"most": MOST_PARTICIPANTS})
    may_write(subject)
    if not _reachable(subject, found):
        raise Refused(_("This person cannot be written to."))
    key = new_key()
    with transaction.atomic(using=using()):
        made = Conversation.objects.using(using()).create()
        for one in (subject, *found):
            Participant(conversation=made, subject=one, sealed_key=key).save(using=using())
        OpeningKey(conversation=made, sealed_key=key).save(using=using())
    return made


def _said(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Refused(_("Write something first."))
    if len(words) > MOST_CHARACTERS:
        raise Refused(_("A message has at most %(most)d characters.") % {"most": MOST_CHARACTERS})
    return words


def _hears(message: ConversationMessage) -> list[Subject]:
    """Return who will be able to read a message, besides its author."""
    deaf = Block.objects.using(using()).filter(sender=message.author).values("subject")
    rows = participants().filter(conversation=message.conversation_id).exclude(subject=message.author)
    return [one.subject for one in rows.exclude(subject__in=deaf).select_related("subject").order_by("subject")]


@sensitive_variables("text", "words", "key")
def post(*, subject: Subject, conversation: uuid.UUID, text: str, key: uuid.UUID | None = None) -> ConversationMessage:
    """Write one message; the same ``key`` again is the same message.

    Raises Refused for nothing, too much, or where nobody is left who reads it; NotThere for who does not take part;
    KeyDestroyed for an author who was erased. Nothing is stored then.
    """
    words = _said(text)
    may_write(subject)
    pk = key or uuid.uuid4()
    known = ConversationMessage.objects.using(using()).filter(pk=pk)
    with transaction.atomic(using=using()):
        lock(conversation, messages=F("messages") + 1, last_at=timezone.now())
        now = timezone.now()  # under the lock: times follow numbers
        mine = part_of(subject, conversation)
        before = known.filter(author=subject, conversation=conversation).first()
        if before is not None:
            lock(conversation, messages=F("messages") - 1)
            return before
        number = Conversation.objects.using(using()).values_list("messages", flat=True).get(pk=conversation)
        secret = plain_of(mine, "sealed_key", OpeningKeys())
        body = close_words(words, key=secret, conversation=conversation, message=pk)
        made = ConversationMessage(
            pk=pk, conversation_id=conversation, number=number, author=subject, body=body, sent_at=now
        )
        hears = _hears(made)
        if not hears:
            raise Refused(_("Nobody is left who reads what you write here."))
        try:
            with transaction.atomic(using=using()):
                made.save(force_insert=True, using=using())
        except IntegrityError:
            raise Refused(_("This form was used before. Please open the page again.")) from None
        letters.write(hears)
    return made
