"""How long things may take, as data that the owner reads and confirms; pauses; days on which nobody works."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.enquiries.models.enquiries import PERSON_LENGTH, Enquiry

MAX_PAUSE_DAYS = 30


class ClockRule(models.Model):
    """One clock: from which event to which, how long, and where that stands. ``amount`` None is not set yet."""

    class Applies(models.TextChoices):
        ALL = "all", _("comments and complaints")
        COMPLAINT = "complaint", _("complaints")
        RIGHTS = "rights", _("what holds a request about the person's own data")

    class Event(models.TextChoices):
        RECEIVED = "received", _("received")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        DETERMINED = "determined", _("determined")
        REMEDIED = "remedied", _("put right")

    class Unit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        MONTHS = "months", _("months")
        BUSINESS_DAYS = "business_days", _("working days")

    class Start(models.TextChoices):
        INSTANT = "instant", _("at once")
        NEXT_DAY = "next_day", _("with the next day")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("short name"), max_length=32, unique=True)
    applies = models.CharField(_("for"), max_length=9, choices=Applies, default=Applies.COMPLAINT)
    begins = models.CharField(_("from"), max_length=12, choices=Event)
    ends = models.CharField(_("to"), max_length=12, choices=Event)
    amount = models.PositiveSmallIntegerField(
        _("how long"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3660)]
    )
    unit = models.CharField(_("unit"), max_length=13, choices=Unit, default=Unit.DAYS)
    start = models.CharField(_("counted"), max_length=8, choices=Start, default=Start.INSTANT)
    statutory = models.BooleanField(_("set by law"), default=False)
    pausable = models.BooleanField(_("can be paused"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_on = models.BooleanField(_("applies here"), default=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=PERSON_LENGTH, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(statutory=True, pausable=True),
                name="op_clock_not_paused",
                violation_error_message=_("A clock that a law sets is paused by nobody."),
            ),
            models.CheckConstraint(
                condition=~Q(pausable=True, unit__in=["minutes", "hours"]),
                name="op_clock_pause_unit",
                violation_error_message=_("Only clocks of days and months can be paused."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="", confirmed_on=None) | ~Q(confirmed_by="") & Q(confirmed_on__isnull=False),
                name="op_clock_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class ClockPause(models.Model):
    """Whole days that do not count for one clock of one enquiry: ``days`` from ``since`` on, once in a turn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="pauses")
    rule = models.ForeignKey(ClockRule, models.PROTECT, related_name="pauses")
    turn = models.PositiveSmallIntegerField()
    since = models.DateField(_("from"))
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.CharField(max_length=PERSON_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(fields=["enquiry", "rule", "turn"], name="op_clock_pause_once"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=MAX_PAUSE_DAYS), name="op_clock_pause_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="op_clock_pause_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.since} {self.days}"


class Holiday(models.Model):
    """A day on which nobody works, besides Saturdays and Sundays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
