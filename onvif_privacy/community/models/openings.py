"""Reports of private messages, and how two people of staff may open what was reported."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models.conversations import Conversation, ConversationMessage
from onvif_privacy.core.fields import EncryptedBinaryField, EncryptedTextField
from onvif_privacy.core.models import Entry, Evidence, Subject

MOST_REPORTED: Final = 20
MOST_OPENED: Final = 200
MOST_HOURS: Final = 48


class Report(models.Model):
    """A participant says that messages should not have been sent. Its words are sealed under a key of its own."""

    class Kind(models.TextChoices):
        THREAT = "threat", _("a threat")
        HARASSMENT = "harassment", _("harassment")
        FRAUD = "fraud", _("fraud")
        UNWANTED = "unwanted", _("advertising")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="+")
    reporter = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind)
    words = EncryptedTextField(_("why"), subject="reporter", sensitive=True, null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("report of messages")
        verbose_name_plural = _("reports of messages")
        ordering: ClassVar = ["-reported_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False),
                name="op_community_report_closed",
            )
        ]

    def __str__(self) -> str:
        return self.pk.hex[:8]


class ReportedMessage(models.Model):
    """A copy that the site made of a reported message, and the SHA-256 (hex) of its original as it was stored.

    Sealed under the key of its author, so that it ends with them in every backup.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="messages")
    message = models.ForeignKey(ConversationMessage, models.PROTECT, related_name="+")
    author = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    copy = EncryptedTextField(subject="author", sensitive=True, null=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("reported message")
        verbose_name_plural = _("reported messages")
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "message"], name="op_community_reported")]

    def __str__(self) -> str:
        return str(self.pk)


class OpeningKey(models.Model):
    """The key of a conversation once more, readable in a scope of ``conversation_opening`` only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.OneToOneField(Conversation, models.PROTECT, related_name="+")
    sealed_key = EncryptedBinaryField(subject=None, null=True)

    class Meta:
        verbose_name = _("key of a conversation")
        verbose_name_plural = _("keys of conversations")

    def __str__(self) -> str:
        return str(self.pk)


class Opening(models.Model):
    """What one member of staff asked to read, why, and who else said yes to exactly that.

    Without a period it is the reported messages; with one, the whole conversation in it. ``notify_at`` is when the
    participants are told. For a legal case it is what the ticket of its release says: the two who decided, the digest
    of what they saw, and its ``reference``; which messages it covers is asked of the room that gave it, at each.
    """

    class Basis(models.TextChoices):
        REPORT = "report", _("a report")
        TICKET = "ticket", _("a legal case")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="+")
    basis = models.CharField(_("basis"), max_length=8, choices=Basis, default=Basis.REPORT)
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="openings")
    reference = models.CharField(_("reference of the case"), max_length=100, blank=True)
    period_from = models.DateTimeField(_("from"), null=True, blank=True)
    period_to = models.DateTimeField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    delay_days = models.PositiveSmallIntegerField(_("days until the participants are told"), default=0)
    digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    approved_by = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True)
    expires_at = models.DateTimeField(_("open until"), null=True)
    declined_at = models.DateTimeField(_("declined"), null=True)
    notify_at = models.DateTimeField(_("participants are told"), null=True)
    notified_at = models.DateTimeField(_("participants were told"), null=True)

    class Meta:
        verbose_name = _("opening of messages")
        verbose_name_plural = _("openings of messages")
        ordering: ClassVar = ["-requested_at"]
        permissions: ClassVar = [
            ("request_opening", _("Can ask to open reported messages")),
            ("approve_opening", _("Can approve the opening of reported messages")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="op_community_opening_two",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None, expires_at=None, notify_at=None)
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    expires_at__isnull=False,
                    declined_at=None,
                )
                & (Q(notify_at__isnull=False) | Q(basis="ticket")),  # a case says later when people may know
                name="op_community_opening_whole",
            ),
            models.CheckConstraint(
                condition=Q(basis="report", report__isnull=False, reference="")
                | Q(basis="ticket", report__isnull=True) & ~Q(reference=""),
                name="op_community_opening_basis",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__lte=F("approved_at") + timedelta(hours=MOST_HOURS)),
                name="op_community_opening_hours",
            ),
            models.CheckConstraint(
                condition=Q(period_from=None, period_to=None) | Q(period_from__lt=F("period_to")),
                name="op_community_opening_period",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="op_community_opening_reason"),
            models.CheckConstraint(condition=Q(delay_days__lte=90), name="op_community_opening_delay"),
        ]

    def __str__(self) -> str:
        return self.pk.hex[:8]


class OpeningUse(Evidence):
    """One thing that was read under an opening, recorded before it was shown. No message: the words of the report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="uses")
    message = models.ForeignKey(ConversationMessage, models.PROTECT, null=True, related_name="+")
    reader = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    scope_ref = models.CharField(max_length=32)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("reading of a message")
        verbose_name_plural = _("readings of messages")
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return str(self.pk)
