"""Transparency reports: what was published of a half-year, by two people, and never changed again."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.disclosures.models.registers import staff


class ReportRelease(models.Model):
    """One version of the report of a half-year. Its rows are those that may be published, never the true numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    period = models.CharField(_("half-year"), max_length=7)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    rows = models.JSONField(_("rows"), default=list)
    digest = models.CharField("SHA-256", max_length=64)
    signature = models.CharField(_("signature"), max_length=128, blank=True)
    drafted_by = staff(verbose_name=_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted"))
    approved_by = staff(null=True, verbose_name=_("approved by"))
    officer = staff(null=True, verbose_name=_("privacy officer"))
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("transparency report")
        verbose_name_plural = _("transparency reports")
        ordering = ["-period", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["period", "version"], name="op_report_version"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(approved_by__isnull=False, officer__isnull=False) & ~Q(approved_by=F("officer")) & ~Q(signature=""),
                name="op_report_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.version}"
