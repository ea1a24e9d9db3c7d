"""Conversations between people of the site, and what each of them says."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models.bodies import MessageField
from onvif_privacy.core.fields import EncryptedBinaryField
from onvif_privacy.core.models import Outgoing, Subject

MOST_PARTICIPANTS: Final = 20


class Conversation(models.Model):
    """A conversation. ``messages`` counts what was sent, and is the number of the newest message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    messages = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    last_at = models.DateTimeField(_("last message"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering: ClassVar = ["-last_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Participant(models.Model):
    """Somebody in a conversation, and its key under theirs. They read what is numbered above ``joined_after``.

    Who has left reads nothing of it any more, and may be brought in again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="participants")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    sealed_key = EncryptedBinaryField(subject="subject", null=True)
    joined_after = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "subject"], name="op_community_participant")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Block(models.Model):
    """Somebody reads nothing more of what somebody else sends from then on. It needs nobody's leave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    sender = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("blocked sender")
        verbose_name_plural = _("blocked senders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "sender"], name="op_community_block"),
            models.CheckConstraint(condition=~Q(subject=F("sender")), name="op_community_block_other"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConversationMessage(models.Model):
    """One message. It is written once; its words can end with their author, and nothing else of it changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    body = MessageField(subject="author", sensitive=True, null=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        verbose_name = _("private message")
        verbose_name_plural = _("private messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="op_community_message")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConversationLetter(Outgoing):
    """One mail that says that something waits to be read. ``once`` lets there be one in a quarter of an hour."""

    once = models.CharField(max_length=48, unique=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("notification of a message")
        verbose_name_plural = _("notifications of messages")
        indexes: ClassVar = [models.Index(fields=["state", "not_before"], name="op_community_letter_due")]
