"""What belongs to a request besides its clock: exports, words of others under review, addresses that were proven."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.models.requests import MAC_LENGTH, PERSON_LENGTH, Request


class ExportFile(models.Model):
    """One export: where it lies, sealed, and until when. ``slot`` is the subject until it is finished or given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.PROTECT, related_name="exports")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    storage_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    digest = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    slot = models.CharField(max_length=32, unique=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(fields=["deleted_at", "expires_at"], name="op_export_expires")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Review(models.Model):
    """Words that others wrote about a person: staff release them, or leave them out with a reason."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RELEASED = "released", _("released")
        REDACTED = "redacted", _("released in part")
        WITHHELD = "withheld", _("left out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.PROTECT, related_name="reviews")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    model = models.CharField(_("model"), max_length=100)
    row = models.CharField(_("row"), max_length=64)
    field = models.CharField(_("field"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    words = EncryptedTextField(_("words to hand out"), subject="subject", null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.CharField(_("decided by"), max_length=PERSON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("words under review")
        verbose_name_plural = _("words under review")
        constraints = [
            models.UniqueConstraint(fields=["request", "model", "row", "field"], name="op_review_unique"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["redacted", "withheld"]) | ~Q(reason=""), name="op_review_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"


class Claim(models.Model):
    """An address that somebody has proven to be theirs; rows without an account are found by it.

    ``fact`` is the second thing a declaration asks for (``Claim(also="number")``), as the person stated it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    value = EncryptedTextField(subject="subject", null=True)
    fact = EncryptedTextField(subject="subject", null=True, blank=True)
    hash = models.CharField(max_length=MAC_LENGTH)
    proven_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "hash", "subject"], name="op_claim_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.proven_at:%Y-%m-%d}"
