"""Subject areas: what pages are about, and how often each was visited."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.counts import DayCount
from onvif_privacy.visits.models.terms import Page, Term
from onvif_privacy.visits.querysets import PageDayQuerySet


class Area(Term):
    """A subject area that visits were counted for, by its slug."""

    slug = models.CharField(_("subject area"), max_length=50)

    class Meta:
        verbose_name = _("counted subject area")
        verbose_name_plural = _("counted subject areas")

    def __str__(self) -> str:
        return self.slug


class AreaDay(DayCount):
    """Visits of one page on one day that counted for one subject area; a visit may count for several."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="days")
    page = models.ForeignKey(Page, models.PROTECT, related_name="area_days")

    objects: ClassVar[PageDayQuerySet] = PageDayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("visits of a subject area by day")
        verbose_name_plural = _("visits of subject areas by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "area", "page"], name="privacy_area_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.area} {self.page}"


class SubjectArea(models.Model):
    """A subject area that staff declare: pages whose address or route begins with one of the places."""

    id = models.BigAutoField(primary_key=True)
    slug = models.CharField(
        _("short name"),
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*\Z", _("Small letters, digits, - and _ only."))],
    )
    label = models.CharField(_("name"), max_length=100)
    description = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("What it is about, for visitors who look at their interests."),
    )
    places = models.TextField(
        _("pages"),
        max_length=4_000,
        help_text=_("First parts of addresses or routes, one in each line: /products/cameras/"),
    )

    class Meta:
        verbose_name = _("subject area")
        verbose_name_plural = _("subject areas")
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.label
