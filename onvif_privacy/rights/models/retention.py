"""What retention remembers: rules that run or wait for a yes, and rows whose value nothing can tell from a real one."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.rights.models.requests import PERSON_LENGTH


class RetentionRule(models.Model):
    """How the rows of one model end, by the digest of its declaration.

    It runs while ``digest`` is what the code declares and ``approved_at`` is filled. A new or changed one that would
    end much at once waits for somebody to say yes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(_("model"), max_length=100, unique=True)
    digest = models.CharField(max_length=64)
    since = models.DateTimeField(_("known since"))
    approved_at = models.DateTimeField(_("runs since"), null=True)
    approved_by = models.CharField(_("approved by"), max_length=PERSON_LENGTH, blank=True)
    due = models.PositiveBigIntegerField(_("rows due then"), default=0)
    total = models.PositiveBigIntegerField(_("rows then"), default=0)
    examples = models.JSONField(_("examples"), default=list)

    class Meta:
        verbose_name = _("rule of retention")
        verbose_name_plural = _("What ends when")

    def __str__(self) -> str:
        return self.model

    @property
    def waits(self) -> bool:
        """Whether somebody must say yes before anything ends by it."""
        return self.approved_at is None


class Randomised(models.Model):
    """A row whose unique value was replaced by a random one; the value itself does not say so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.CharField(max_length=100)
    row = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "row"], name="op_randomised_unique")]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"
