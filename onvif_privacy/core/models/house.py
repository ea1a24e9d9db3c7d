"""Organisations that data can reach, the leases of jobs, and what staff were alarmed about."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models.evidence import Entry


class Party(models.Model):
    """An organisation that data can reach."""

    class Role(models.TextChoices):
        AFFILIATE = "affiliate", _("affiliate")
        TRUSTED_PARTNER = "trusted_partner", _("trusted partner")
        BUSINESS_PARTNER = "business_partner", _("business partner")
        AUTHORITY = "authority", _("authority")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("short name"), max_length=48, unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, for example DE."))
    url = models.URLField(_("web site"), blank=True)
    statement_url = models.URLField(_("privacy statement"), blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="op_party_dates",
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """Who runs a job, until when by the database's clock, and how the last run ended."""

    job = models.CharField(primary_key=True, max_length=64)
    holder = models.CharField(max_length=64, blank=True)
    token = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField()
    cursor = models.JSONField(default=dict)
    known_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.job


class Alarm(models.Model):
    """Something that staff must know of: an incident, or a job that fails or fell silent; and when the mail left."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=100)
    reference = models.CharField(_("reference"), max_length=64)
    details = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("opened"))
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="alarm")

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["kind", "reference"], name="op_alarm_unique")]
        indexes = [models.Index(fields=["mailed_at", "at"], name="op_alarm_mailed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
