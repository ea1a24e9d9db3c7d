"""Duties with a date: silence that ends, people who are told, copies that are destroyed, reviews that are made."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedEmailField, EncryptedJsonField, EncryptedTextField
from onvif_privacy.core.models import Evidence, Outgoing
from onvif_privacy.disclosures.models.cases import CASES_PLANNED, Approval, Case, Document
from onvif_privacy.disclosures.models.registers import NoticeMode, staff


class Gag(Evidence):
    """An order of silence: it rests on a document, and has an end or a date on which it is looked at again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="gags")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("order"))
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    extends = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_on = models.DateField(_("lifted on"), null=True)

    class Meta:
        verbose_name = _("order of silence")
        verbose_name_plural = _("orders of silence")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=False, review_by__isnull=True)
                | Q(until__isnull=True, review_by__isnull=False),
                name="op_gag_ends",
            ),
            models.CheckConstraint(
                condition=Q(extends__isnull=True) | Q(approval__isnull=False), name="op_gag_extended"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="op_gag_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since} – {self.until or self.review_by}"


class Notice(models.Model):
    """That one person is told of one case: waiting with a date, due, sent.

    ``subject`` is the person's id; ``tag`` as in `ScopeItem`. ``contact`` is filled only where the person was erased
    meanwhile, and emptied when the notice has left.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DUE = "due", _("due")
        SENT = "sent", _("sent")
        FAILED = "failed", _("nobody could be reached")
        NOT_NEEDED = "not_needed", _("not needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    subject = EncryptedTextField(_("person"), subject="case", index=BlindIndex(rows=CASES_PLANNED))
    tag = models.CharField(max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    mode = models.CharField(_("why it waits"), max_length=15, choices=NoticeMode)
    earliest_on = models.DateField(_("earliest"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    contact = EncryptedEmailField(_("address"), subject="case", null=True, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["case", "tag"], name="op_notice_once"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(earliest_on__isnull=False) | Q(review_by__isnull=False),
                name="op_notice_date",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="op_notice_sent"),
            models.CheckConstraint(
                condition=~Q(state="not_needed") | Q(approval__isnull=False), name="op_notice_not_needed"
            ),
        ]
        indexes = [models.Index(fields=["state", "earliest_on"], name="op_notice_due")]

    def __str__(self) -> str:
        return self.state


class Letter(Outgoing):
    """A notice by mail to somebody who was erased meanwhile; the address is emptied when it has left."""

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="letter")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    address = EncryptedEmailField(_("address"), subject="case", null=True, blank=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("letter about a disclosure")
        verbose_name_plural = _("letters about disclosures")
        indexes = [models.Index(fields=["state", "not_before"], name="op_disclosure_letter")]


class Hold(models.Model):
    """A sealed copy that a duty keeps for a while; live rows go on as for anyone.

    ``selection`` lists ``{"subject", "model", "field", "data_class", "from", "to"}``.
    """

    class Kind(models.TextChoices):
        PRESERVATION = "preservation", _("preservation for an authority")
        LEGAL = "legal", _("legal hold of our own")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    selection = EncryptedJsonField(_("what is held"), subject="case")
    reason = EncryptedTextField(_("reason"), subject="case", null=True, blank=True)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    started_by = staff(verbose_name=_("begun by"))
    captured_at = models.DateTimeField(_("captured"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="op_hold_order"),
        ]
        indexes = [models.Index(fields=["ended_at", "until"], name="op_hold_until")]

    def __str__(self) -> str:
        return f"{self.kind} {self.until:%Y-%m-%d}"


class Review(models.Model):
    """A look back by somebody on neither side."""

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", _("emergency, within 72 hours")
        QUARTERLY = "quarterly", _("own rights, each quarter")

    class Verdict(models.TextChoices):
        GOOD = "good", _("was right")
        BAD = "bad", _("was not right")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    due_at = models.DateTimeField(_("due"))
    reviewer = staff(null=True, verbose_name=_("reviewer"))
    verdict = models.CharField(_("verdict"), max_length=4, choices=Verdict, blank=True)
    words = EncryptedTextField(_("words"), subject="case", null=True, blank=True)
    at = models.DateTimeField(_("made"), null=True)

    class Meta:
        verbose_name = _("after-review")
        verbose_name_plural = _("after-reviews")
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="op_review_once"),
            models.CheckConstraint(
                condition=Q(at__isnull=True, reviewer__isnull=True, verdict="")
                | Q(at__isnull=False, reviewer__isnull=False) & ~Q(verdict=""),
                name="op_review_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
