"""The register of sites that pages of this site link to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteStatus(models.TextChoices):
    """What is thought of a site: looked at, not yet looked at, or not linked to."""

    LISTED = "listed", _("listed")
    UNKNOWN = "unknown", _("not yet looked at")
    BLOCKED = "blocked", _("not linked to")


class LinkedSite(models.Model):
    """A site of somebody else, by its host name (A-label, lower case). ``reviewed_by`` is a member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.CharField(_("host"), max_length=253, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    statement = models.CharField(_("address of its privacy statement"), max_length=2048, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=SiteStatus.choices, default=SiteStatus.UNKNOWN)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True, editable=False)
    reviewed_by = models.CharField(_("reviewed by"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("linked site")
        verbose_name_plural = _("linked sites")
        ordering: ClassVar = ["host"]
        permissions: ClassVar = [("review_link", _("Can review linked sites"))]
        constraints: ClassVar = [
            models.CheckConstraint(
                # what is listed was looked at
                condition=~models.Q(status="listed")
                | (models.Q(reviewed_on__isnull=False) & ~models.Q(reviewed_by="")),
                name="op_community_site_listed",
            ),
            models.CheckConstraint(condition=models.Q(status__in=SiteStatus.values), name="op_community_site_status"),
        ]

    def __str__(self) -> str:
        return self.host
