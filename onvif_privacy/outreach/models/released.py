"""Numbers that were published, and mail that nobody declared."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence
from onvif_privacy.outreach.models.campaigns import Campaign
from onvif_privacy.outreach.models.surveys import Survey


class PartnerRelease(Evidence):
    """What a partner may know of a campaign since a day: each number a multiple of K, null below it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="releases")
    day = models.DateField(_("day"))
    counts = models.JSONField(_("numbers"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("numbers for a partner")
        verbose_name_plural = _("numbers for partners")
        ordering: ClassVar = ["-day"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "day"], name="op_outreach_partner_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"


class SurveyRelease(Evidence):
    """Results of the answers that came since the release before, at least K of them; small groups are null."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="releases")
    number = models.PositiveSmallIntegerField(_("number"))
    answers = models.PositiveIntegerField(_("answers"))
    counts = models.JSONField(_("numbers"))
    digest = models.CharField(max_length=64)
    released_on = models.DateField(_("released"), default=timezone.localdate)

    class Meta:
        verbose_name = _("results of a survey")
        verbose_name_plural = _("results of surveys")
        ordering: ClassVar = ["survey", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "number"], name="op_outreach_survey_number"),
            models.CheckConstraint(condition=models.Q(answers__gte=1), name="op_outreach_survey_answers"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.number}"


class UndeclaredMail(models.Model):
    """A place in the site's code that sends mail nobody declared: how often, and when last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call_site = models.CharField(_("sent by"), max_length=200, unique=True)
    number = models.PositiveBigIntegerField(_("mails"), default=0)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        verbose_name = _("undeclared mail")
        verbose_name_plural = _("undeclared mail")
        ordering: ClassVar = ["-last_at"]

    def __str__(self) -> str:
        return self.call_site
