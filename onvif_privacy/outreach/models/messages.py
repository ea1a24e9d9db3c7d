"""The queue, what a sender did with it, and what mail servers reported afterwards."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Canary, Entry, Outgoing
from onvif_privacy.outreach.models.campaigns import Campaign


class SendBatch(models.Model):
    """What one sender took at once: opened before the first address was read, closed once with an entry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="batches")
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    sent = models.PositiveIntegerField(_("sent"), null=True)
    others = models.PositiveIntegerField(_("not sent"), null=True)
    digest = models.CharField(max_length=64, null=True)  # noqa: DJ001 - filled once
    closed_at = models.DateTimeField(_("closed"), null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("batch of mails")
        verbose_name_plural = _("batches of mails")
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [models.Index(fields=["closed_at"], name="op_outreach_batch_closed")]

    def __str__(self) -> str:
        return str(self.pk)


class Message(Outgoing):
    """One mail of a campaign to one person, or to a canary contact. No address stands here.

    ``decision`` is the choice it left on, ``address_hash`` the keyed hash of where it went; both are written in the
    transaction that lets it leave. Waiting with the reason ``cap`` is a mail that would be one too many now.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="messages", verbose_name=_("campaign"))
    canary = models.ForeignKey(Canary, models.PROTECT, null=True, related_name="+")
    decision = models.UUIDField(null=True)
    address_hash = models.CharField(max_length=68, blank=True)
    batch = models.ForeignKey(SendBatch, models.SET_NULL, null=True, related_name="messages")

    class Meta(Outgoing.Meta):
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints: ClassVar = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["campaign", "subject"], name="op_outreach_message_once"),
            models.CheckConstraint(
                condition=Q(subject__isnull=False, canary__isnull=True) | Q(subject__isnull=True, canary__isnull=False),
                name="op_outreach_message_whose",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(decision__isnull=False) | Q(canary__isnull=False),
                name="op_outreach_message_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="op_outreach_message_due"),
            models.Index(fields=["campaign", "state", "reason"], name="op_outreach_message_of"),
            models.Index(fields=["subject", "sending_at"], name="op_outreach_message_cap"),
            models.Index(fields=["address_hash"], name="op_outreach_message_hash"),
        ]


class DeliveryEvent(models.Model):
    """What a mail server or provider reported of a mail; each event once."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("delivered")
        BOUNCED = "bounced", _("bounced")
        DEFERRED = "deferred", _("not taken yet")
        COMPLAINED = "complained", _("complaint")
        REJECTED = "rejected", _("rejected")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(_("reported by"), max_length=48)
    event_id = models.CharField(max_length=64)
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    message = models.UUIDField(null=True)
    address_hash = models.CharField(max_length=68, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="op_outreach_event_once")
        ]
        indexes: ClassVar = [models.Index(fields=["address_hash", "kind", "at"], name="op_outreach_event_soft")]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"
