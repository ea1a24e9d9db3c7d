"""How many different visitors there were on a day, without knowing which."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.terms import Page


class DaySalt(models.Model):
    """The random salt of one day, shared by all processes of the site; deleted when the day is over.

    It works only together with the site's key ring (``ring_key`` names the key), so a copy of the database alone
    tests nothing.
    """

    day = models.DateField(_("day"), primary_key=True)
    salt = models.BinaryField(_("salt"), editable=False)
    ring_key = models.CharField(_("key of the ring"), max_length=16, editable=False)

    class Meta:
        verbose_name = _("salt of a day")
        verbose_name_plural = _("salts of days")

    def __str__(self) -> str:
        return str(self.day)


class UniqueDay(models.Model):
    """Different visitors of one page on one day, as registers of a sketch; of the whole site where ``page`` has none.

    (The page without route and path stands for the site that it names.) Pages are hashed apart, so that the registers
    of two pages say nothing about who visited both. ``estimate`` is the number that the registers give.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    page = models.ForeignKey(Page, models.PROTECT, related_name="unique_days", db_index=False)
    estimate = models.PositiveIntegerField(_("estimate"), editable=False)
    registers = models.BinaryField(_("registers"), editable=False)

    class Meta:
        verbose_name = _("different visitors by day")
        verbose_name_plural = _("different visitors by day")
        # the page first: reports ask for the days of a few pages
        constraints: ClassVar = [models.UniqueConstraint(fields=["page", "day"], name="privacy_unique_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.page}"


class UniqueWaiting(models.Model):
    """Registers that a batch raised and that wait a minute to be merged: pairs of page and value, in order of number.

    Merging is idempotent, and a sum of two batches is whatever order they come in; so a batch only adds one row.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("stored at"), auto_now_add=True)
    values = models.BinaryField(_("values"), editable=False)

    class Meta:
        verbose_name = _("different visitors, not yet merged")
        verbose_name_plural = _("different visitors, not yet merged")

    def __str__(self) -> str:
        return str(self.day)
