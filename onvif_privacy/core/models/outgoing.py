"""Letters that must leave, once each: the base of every room's table of letters, and messages to people."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models.subjects import Subject


class Outgoing(models.Model):
    """Base of a table of letters, written in the transaction of what they tell of and sent by `outbox.drain`.

    A table names an index of its own on ``("state", "not_before")`` and takes over the rest of ``Outgoing.Meta``.

    ``subject`` None is somebody nobody knows, who asked for the letter themselves; their purpose must be one that is
    not asked for. The id is the local part of the Message-ID, the same on every try. ``reason`` is a code or a class
    of exception, never words of a mail server, which repeat addresses. ``not_before`` None is at once.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("not to be sent")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("subject"))
    purpose = models.CharField(_("purpose"), max_length=48)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    sending_at = models.DateTimeField(_("last tried"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="%(app_label)s_%(class)s_sent"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("skipped", "failed")) | ~Q(reason=""), name="%(app_label)s_%(class)s_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Telling(Outgoing):
    """A message that a person does get: by mail, else by a banner when they sign in, else by a letter.

    Mail ends with ``sent``; ``seen_at`` is when the person said that they read the banner; a letter is ``sent`` when
    staff say that it is in the post. The words are sealed under the person's key.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")
        BANNER = "banner", _("banner at sign-in")
        LETTER = "letter", _("letter")

    title = EncryptedTextField(_("subject line"), subject="subject")
    text = EncryptedTextField(_("text"), subject="subject")
    channel = models.CharField(_("way"), max_length=6, choices=Channel.choices, default=Channel.MAIL)
    banner_until = models.DateTimeField(_("shown until"), null=True)
    seen_at = models.DateTimeField(_("read"), null=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("message to a person")
        verbose_name_plural = _("messages to people")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "not_before"], name="op_telling_due"),
            models.Index(fields=["channel", "state"], name="op_telling_channel"),
        ]
