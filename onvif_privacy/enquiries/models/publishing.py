"""What is published of enquiries: figures of a quarter, and that a comment led to a version of the statement."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence
from onvif_privacy.enquiries.models.enquiries import PERSON_LENGTH, Enquiry


class Publication(Evidence):
    """Figures of one quarter as a person published them; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quarter = models.DateField(_("quarter from"), unique=True)
    figures = models.JSONField(_("figures"))
    digest = models.CharField(max_length=64)
    published_by = models.CharField(_("published by"), max_length=PERSON_LENGTH)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("published figures")
        verbose_name_plural = _("published figures")
        ordering = ["-quarter"]

    def __str__(self) -> str:
        return f"{self.quarter:%Y-%m}"


class Citation(Evidence):
    """An enquiry led to a version of the statement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="citations")
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("change that it led to")
        verbose_name_plural = _("changes that it led to")
        constraints = [models.UniqueConstraint(fields=["enquiry", "version"], name="op_enquiry_citation")]

    def __str__(self) -> str:
        return f"{self.enquiry_id} {self.version}"
