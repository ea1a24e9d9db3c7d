"""What checks saw, and what people vouch for."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models.evidence import Entry, Evidence


class Proof(Evidence):
    """What a check found when its verdict changed. Findings name places, never values."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.CharField(max_length=100)
    check_name = models.CharField(max_length=150)
    verdict = models.CharField(max_length=10)
    findings = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        indexes = [models.Index(fields=["check_name", "at"], name="op_proof_check_at")]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.verdict}"


class Heartbeat(models.Model):
    """When a check last looked, at how much, and what it saw."""

    check_name = models.CharField(primary_key=True, max_length=150)
    promise = models.CharField(max_length=100)
    looked_at = models.DateTimeField()
    count = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"{self.check_name}: {self.verdict}"


class Attestation(Evidence):
    """A named person vouches for a promise until a date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.CharField(max_length=100)
    words = models.TextField()
    person = models.CharField(max_length=22)
    evidence = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="attestation")

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="op_attestation_until")]

    def __str__(self) -> str:
        return f"{self.promise} – {self.until:%Y-%m-%d}"
