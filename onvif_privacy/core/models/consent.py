"""What people decided, which words they were shown, and what holds now."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models.evidence import Entry, Evidence
from onvif_privacy.core.models.subjects import Subject


class Outcome(models.TextChoices):
    """What a person decided. A first no is a withdrawal too; an objection is Art. 21 GDPR or a privacy signal."""

    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OBJECTED = "objected", _("objected")


class Method(models.TextChoices):
    """How a decision came about. Merge, import and staff are not acts of the person."""

    ACCEPT_ALL = "accept_all", _("accepted all")
    DECLINE_ALL = "decline_all", _("declined all")
    CHOSEN = "chosen", _("chosen one by one")
    FORM = "form", _("form")
    SIGNAL = "signal", _("browser signal")
    MERGE = "merge", _("taken over at sign-in")
    IMPORTED = "imported", _("imported")
    STAFF = "staff", _("entered by staff")

    @property
    def own(self) -> bool:
        """Whether the person acted."""
        return self not in (Method.MERGE, Method.IMPORTED, Method.STAFF)


class Notice(Evidence):
    """The exact words somebody was shown, stored once, by the SHA-256 (hex) of their NFC text."""

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    language = models.CharField(max_length=16)
    surface = models.CharField(max_length=32)
    text = models.TextField()
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self) -> str:
        return f"{self.surface} {self.language} {self.digest[:8]}"


class Decision(Evidence):
    """Who decided what for which purpose, how, when, and which words were shown. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="decisions")
    purpose = models.CharField(max_length=48)
    purpose_digest = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    method = models.CharField(max_length=12, choices=Method.choices)
    surface = models.CharField(max_length=32, blank=True)
    gpc = models.BooleanField(default=False)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="decisions")
    context_reference = models.CharField(max_length=64, blank=True)
    context_digest = models.CharField(max_length=64, blank=True)
    actor = models.CharField(max_length=22, blank=True)
    source = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_as")
    key = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="decision")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "purpose", "sequence"], name="op_decision_sequence"),
            models.UniqueConstraint(fields=["subject", "purpose", "key"], name="op_decision_key"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.GRANTED) | Q(notice__isnull=False), name="op_decision_notice"
            ),
        ]
        indexes = [models.Index(fields=["purpose", "decided_at"], name="op_decision_purpose_at")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.get_outcome_display()}"


class Standing(models.Model):
    """The present answer of a subject for a purpose: always equal to what its decisions fold to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="standings")
    purpose = models.CharField(max_length=48)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="standing")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "purpose"], name="op_standing_unique")]
        indexes = [models.Index(fields=["purpose", "outcome"], name="op_standing_outcome")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.get_outcome_display()}"


class Renewal(Evidence):
    """A purpose grew: grants older than this row count as undecided. Its number of rows is the purpose's generation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=48)
    reference = models.CharField(max_length=64)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="renewal")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "reference"], name="op_renewal_unique")]
        indexes = [models.Index(fields=["purpose", "at"], name="op_renewal_purpose_at")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.reference}"
