"""Links that are counted without a person, and contacts that nobody has but us."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """A target that is reached through us, by one code that is the same for everybody. Its address never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True)
    url = models.CharField(_("target"), max_length=2048)
    label = models.CharField(_("used in"), max_length=48, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.code


class LinkCount(models.Model):
    """How often a link was followed on a day of the site, machines included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="counts")
    day = models.DateField()
    clicks = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="op_linkcount_unique")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.day}"


class Canary(models.Model):
    """A contact that is nobody's: given to one recipient for one purpose, so that mail to it names who passed it on.

    ``senders`` are domains and addresses that may write to it. Marked nowhere but here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=48)
    recipient = models.CharField(_("recipient"), max_length=100)
    serial = models.PositiveIntegerField(_("number"))
    address = models.CharField(_("address"), max_length=254, unique=True)
    senders = models.JSONField(_("who may write"), default=list)
    minted_at = models.DateTimeField(_("made"), default=timezone.now)
    heard_at = models.DateTimeField(_("last mail of who may write"), null=True)
    stranger_at = models.DateTimeField(_("first mail of a stranger"), null=True)

    class Meta:
        verbose_name = _("canary contact")
        verbose_name_plural = _("canary contacts")
        ordering = ["-minted_at"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "recipient", "serial"], name="op_canary_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.recipient} {self.serial}"

    @property
    def name(self) -> str:
        """The name that goes with the address, as any contact has one."""
        first, last = self.address.partition("@")[0].rstrip("0123456789").split(".")
        return f"{first.title()} {last.title()}"
