"""House advertising: offers of the site and of its partners in the site's own pages, and how often each was shown."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.models.content import SHORT

MOST_WEIGHT = 100


class HouseAd(models.Model):
    """One offer in one slot, with a text, a picture that is kept here, or both; of nobody who looks.

    Days are those of the site's time zone, both included; an empty one is no limit. ``code`` is that of the counted
    link (`core.links`), the same for every reader; ``ref`` is its label there.
    """

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(_("reference"), max_length=15, unique=True, editable=False)
    slot = models.CharField(_("slot"), max_length=50, validators=[SHORT], help_text=_('As in {% house_ad "…" %}.'))
    area = models.CharField(
        _("subject area"),
        max_length=50,
        blank=True,
        validators=[SHORT],
        help_text=_("Seen by who let their interests be kept and is interested in it. Empty: by everybody else."),
    )
    advertiser = models.CharField(
        _("offer of"),
        max_length=100,
        blank=True,
        help_text=_("Visitors read whose offer it is. Empty for your own."),
    )
    text = models.CharField(_("text"), max_length=300, blank=True)
    picture = models.BinaryField(_("picture"), null=True)
    digest = models.CharField(max_length=32, blank=True, db_index=True, editable=False)
    width = models.PositiveSmallIntegerField(default=0, editable=False)
    height = models.PositiveSmallIntegerField(default=0, editable=False)
    alt = models.CharField(
        _("picture in words"), max_length=300, blank=True, help_text=_("What it says to who cannot see it.")
    )
    url = models.CharField(
        _("leads to"), max_length=2048, help_text=_("A page of this site (/shop/) or an https address.")
    )
    code = models.CharField(max_length=16, editable=False)
    first = models.DateField(_("from"), null=True, blank=True)
    last = models.DateField(_("to"), null=True, blank=True)
    cap = models.PositiveIntegerField(
        _("at most a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How often it is shown on one day, to all visitors together; empty for no limit."),
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WEIGHT)],
        help_text=_("Among those of its slot and area: one of weight 2 stands there twice as long as one of weight 1."),
    )

    class Meta:
        verbose_name = _("advertisement")
        verbose_name_plural = _("Advertising")
        ordering: ClassVar = ["slot", "area", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(digest="") & ~Q(text="")) | (~Q(digest="") & ~Q(alt="")),
                name="privacy_ad_words",  # the form says it in words
            ),
            models.CheckConstraint(
                condition=Q(first=None) | Q(last=None) | Q(first__lte=F("last")),
                name="privacy_ad_days",
                violation_error_message=_("The first day must not be after the last."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=MOST_WEIGHT) & (Q(cap=None) | Q(cap__gte=1)),
                name="privacy_ad_numbers",
                violation_error_message=_("Weight and number a day are at least 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.alt


class AdDay(models.Model):
    """How often an advertisement was shown on one day, by no one in particular.

    ``taken`` is what processes took out of the day's number and have not given back; it is never above it.
    """

    id = models.BigAutoField(primary_key=True)
    ad = models.ForeignKey(HouseAd, models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    taken = models.PositiveIntegerField(default=0)
    shown = models.PositiveBigIntegerField(_("shown"), default=0)

    class Meta:
        verbose_name = _("advertisement by day")
        verbose_name_plural = _("advertisements by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "ad"], name="privacy_ad_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.ad_id}"
