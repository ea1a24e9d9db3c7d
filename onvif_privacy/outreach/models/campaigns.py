"""What is to be sent to whom, and who approved it. The database holds the rule of two people."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Link, Party
from onvif_privacy.outreach.models.surveys import Survey

PRODUCT_NEWS: Final = "product_news"
PARTNER_OFFERS: Final = "partner_offers"
SURVEYS: Final = "surveys"
OPEN: Final = ("draft", "submitted", "cancelled")
"""States in which nobody has approved anything."""


class Campaign(models.Model):
    """One mailing. People are named by their references: ``submitted_by``, ``approved_by``."""

    class Kind(models.TextChoices):
        NEWS = "product_news", _("our news")
        AFFILIATE = "affiliate", _("news of an affiliate")
        OFFER = "partner_offer", _("offer of a business partner")
        SURVEY = "survey", _("invitation to a survey")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        QUEUEING = "queueing", _("being queued")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(_("reference"), max_length=11, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120, help_text=_("For staff only; nobody else sees it."))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices, default=Kind.NEWS)
    purpose = models.CharField(_("purpose"), max_length=48, editable=False)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("affiliate or partner")
    )
    survey = models.ForeignKey(
        Survey, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name=_("survey")
    )
    segment = models.CharField(_("segment"), max_length=48, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False)
    text_digest = models.CharField(max_length=64, blank=True, editable=False)
    send_from = models.DateTimeField(_("not before"), null=True, blank=True)
    send_until = models.DateTimeField(_("not after"), null=True, blank=True)
    cursor = models.UUIDField(null=True, editable=False)
    needs_second = models.BooleanField(_("needs a second person"), default=False, editable=False)
    submitted_by = models.CharField(_("submitted by"), max_length=22, blank=True, editable=False)
    approved_by = models.CharField(_("approved by"), max_length=22, blank=True, editable=False)
    approved_digest = models.CharField(max_length=64, blank=True, editable=False)
    because = models.CharField(_("reason"), max_length=64, blank=True, editable=False)
    counts = models.JSONField(_("numbers at the end"), default=dict, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    began_at = models.DateTimeField(_("began"), null=True, editable=False)
    done_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar = ["-created_at"]
        permissions: ClassVar = [
            ("approve_campaign", _("Can approve campaigns of others")),
            ("look_up_suppression", _("Can look up whether an address is suppressed")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="op_outreach_campaign_purpose",
                condition=Q(kind="product_news", purpose=PRODUCT_NEWS, party__isnull=True)
                | (Q(kind="affiliate", party__isnull=False) & ~Q(purpose__in=(PRODUCT_NEWS, PARTNER_OFFERS, SURVEYS)))
                | Q(kind="partner_offer", purpose=PARTNER_OFFERS, party__isnull=False, needs_second=True)
                | Q(kind="survey", purpose=SURVEYS, survey__isnull=False),
            ),
            models.CheckConstraint(
                name="op_outreach_campaign_state",
                condition=Q(
                    state__in=(
                        "draft",
                        "submitted",
                        "approved",
                        "queueing",
                        "sending",
                        "paused",
                        "done",
                        "cancelled",
                    )
                ),
            ),
            models.CheckConstraint(
                name="op_outreach_campaign_two",
                condition=Q(state__in=OPEN)
                | (~Q(approved_by="") & (Q(needs_second=False) | ~Q(approved_by=F("submitted_by")))),
            ),
            models.CheckConstraint(
                name="op_outreach_campaign_text",
                condition=Q(state__in=OPEN) | (~Q(text_digest="") & Q(approved_digest=F("text_digest"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class CampaignText(models.Model):
    """The words of a campaign in one language: Markdown as written, and both parts as they were rendered from it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="texts", verbose_name=_("campaign"))
    language = models.CharField(_("language"), max_length=16)
    subject = models.CharField(_("subject line"), max_length=200)
    markdown = models.TextField(_("text"), max_length=50_000, help_text=_("Markdown. {name} becomes the name."))
    html = models.TextField(editable=False, blank=True)
    text = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("text of a campaign")
        verbose_name_plural = _("texts of a campaign")
        ordering: ClassVar = ["language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "language"], name="op_outreach_text_language")
        ]

    def __str__(self) -> str:
        return self.language


class LinkTarget(models.Model):
    """A link of a campaign to another site: it leads through ours, by one code for everybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="links")
    number = models.PositiveSmallIntegerField()
    link = models.ForeignKey(Link, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "number"], name="op_outreach_link_number")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.number}"
