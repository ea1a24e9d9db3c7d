"""Anonymous answers: a tray in which they wait, sums without anybody, and what was released.

No column of these tables leads to a person, a time of day or an order. Source: statement clause ``demographics``.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence

SHAPE_LENGTH = 64


class DemographicTray(models.Model):
    """One answer that waits until enough others do: the cells it falls into, generalised before it came here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shape = models.CharField(max_length=SHAPE_LENGTH)
    cells = models.TextField()

    class Meta:
        verbose_name = _("waiting answer")
        verbose_name_plural = _("waiting answers")

    def __str__(self) -> str:
        return self.shape[:8]


class DemographicCount(models.Model):
    """How many answers fell into one cell since the last release. Nobody sees it: only releases are shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shape = models.CharField(max_length=SHAPE_LENGTH)
    since = models.DateField()
    table_name = models.CharField(max_length=48)
    cell = models.CharField(max_length=250)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sum")
        verbose_name_plural = _("sums")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shape", "table_name", "cell"], name="people_count_cell"),
        ]

    def __str__(self) -> str:
        return self.table_name


class DemographicRelease(Evidence):
    """One table of one period as it may be shown: small groups hidden, and whatever they would follow from.

    ``cells`` is JSON: a list of coordinates and a number or null. Insert only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table_name = models.CharField(_("table"), max_length=48)
    shape = models.CharField(max_length=SHAPE_LENGTH)
    begins_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    k = models.PositiveSmallIntegerField(_("smallest group"))
    dimensions = models.CharField(max_length=100)
    cells = models.TextField()
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-begins_on", "table_name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shape", "table_name", "begins_on"], name="people_release_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.begins_on}–{self.ends_on}"
