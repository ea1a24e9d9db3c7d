"""Trusted partners: agreements that two people approved, what was handed over under them, and what must come back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence, Party, Subject
from onvif_privacy.disclosures.models.registers import RecipientKey, staff


class Service(models.TextChoices):
    """The four services of the statement; there is no fifth."""

    STATISTICS = "statistics", _("statistical analysis")
    MESSAGES = "messages", _("e-mail or postal mail")
    SUPPORT = "support", _("customer support")
    DELIVERY = "delivery", _("deliveries")


class Agreement(models.Model):
    """One agreement for one service. What was submitted does not change: a change begins a new version.

    ``fields`` are ``app.Model.field``; ``senders`` the domains and addresses that may write to its canary contacts.
    There is no column for a price, and there will be none.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(_("reference"), max_length=16, unique=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    service = models.CharField(_("service"), max_length=10, choices=Service)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    document_digest = models.CharField(_("SHA-256 of the contract"), max_length=64)
    secrecy_page = models.PositiveSmallIntegerField(_("page of the confidentiality clause"))
    confidential = models.BooleanField(_("keeps it confidential"), default=False)
    only_this_service = models.BooleanField(_("uses it for this service only"), default=False)
    no_onward_transfer = models.BooleanField(_("passes it on to nobody"), default=False)
    checklist = models.JSONField(_("GDPR Art. 28(3), letters found in the contract"), default=list)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    transfer_basis = models.CharField(_("basis of the transfer to another country"), max_length=200, blank=True)
    leaves_area = models.BooleanField(_("data leaves the listed countries"), default=False)
    sub_processors = models.JSONField(_("sub-processors"), default=list, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    senders = models.JSONField(_("who may write to its contacts"), default=list, blank=True)
    cap_each = models.PositiveIntegerField(_("people in one hand-over"))
    cap_day = models.PositiveIntegerField(_("people in 24 hours"))
    cap_month = models.PositiveIntegerField(_("people in 30 days"))
    recipient_key = models.ForeignKey(RecipientKey, models.PROTECT, null=True, related_name="+")
    approvals_needed = models.PositiveSmallIntegerField(_("approvals needed"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    public_since = models.DateField(_("on the public list since"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("agreement with a partner")
        verbose_name_plural = _("agreements with partners")
        ordering = ["ref"]
        permissions = [("manage_partners", "Can work on agreements with partners")]
        constraints = [
            models.CheckConstraint(
                condition=Q(service__in=("statistics", "messages", "support", "delivery")), name="op_agreement_service"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(confidential=True, only_this_service=True, no_onward_transfer=True),
                name="op_agreement_assured",
            ),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="op_agreement_dates"),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(digest=""), name="op_agreement_digest"),
        ]

    def __str__(self) -> str:
        return self.ref


class AgreementSide(Evidence):
    """On which side of an agreement a person is; nobody is on two."""

    class Kind(models.TextChoices):
        WORK = "work", _("working side")
        APPROVE = "approve", _("approving side")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="sides")
    actor = staff(verbose_name=_("who"))
    kind = models.CharField(_("side"), max_length=7, choices=Kind)
    at = models.DateTimeField(_("since"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "actor"], name="op_agreement_side"),
            models.CheckConstraint(condition=Q(kind__in=("work", "approve")), name="op_agreement_side_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class AgreementApproval(Evidence):
    """One person's yes to exactly what a digest says: the terms, or one hand-over above the caps with its purpose."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="approvals")
    digest = models.CharField(_("digest"), max_length=64)
    over_cap = models.CharField(_("purpose of a hand-over above the caps"), max_length=200, blank=True)
    people = models.PositiveIntegerField(_("people"), default=0)
    actor = staff(verbose_name=_("who"))
    as_officer = models.BooleanField(_("as privacy officer"), default=False)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("approval of an agreement")
        verbose_name_plural = _("approvals of agreements")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "digest", "actor"], name="op_agreement_yes"),
        ]

    def __str__(self) -> str:
        return self.digest[:16]


class PartnerHandOver(models.Model):
    """One hand-over under an agreement; the file, encrypted to the partner, ends with ``purge_on``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="hand_overs")
    key = models.CharField(max_length=100)
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    purpose = models.CharField(_("purpose"), max_length=48)
    actor = staff(null=True, verbose_name=_("who"))
    at = models.DateTimeField(_("when"))
    day = models.DateField(_("day"))
    people = models.PositiveIntegerField(_("people"))
    over_cap = models.CharField(_("digest of what was approved above the caps"), max_length=64, blank=True)
    manifest_digest = models.CharField(_("digest of the package"), max_length=64, blank=True)
    file_digest = models.CharField(_("digest of the encrypted file"), max_length=64, blank=True)
    storage_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    canary = models.UUIDField(null=True)
    purge_on = models.DateField(_("destroyed on"))
    purged_at = models.DateTimeField(_("destroyed"), null=True)

    class Meta:
        verbose_name = _("hand-over to a partner")
        verbose_name_plural = _("hand-overs to partners")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="op_partner_once")]
        indexes = [models.Index(fields=["agreement", "at"], name="op_partner_at")]

    def __str__(self) -> str:
        return self.reference


class PartnerHolding(models.Model):
    """That a partner got data of a person: a line of that person's own list, and what a recall names.

    ``pseudonym`` is the only name of the person that the partner has.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hand_over = models.ForeignKey(PartnerHandOver, models.PROTECT, related_name="holdings")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="holdings")
    subject = models.ForeignKey(Subject, models.SET_NULL, null=True, related_name="+")
    pseudonym = models.CharField(_("pseudonym"), max_length=26)
    data_classes = models.JSONField(_("kinds of data"), default=list)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("data held by a partner")
        verbose_name_plural = _("data held by partners")
        constraints = [models.UniqueConstraint(fields=["hand_over", "pseudonym"], name="op_holding_once")]
        indexes = [models.Index(fields=["subject", "agreement"], name="op_holding_subject")]

    def __str__(self) -> str:
        return self.pseudonym


class Recall(models.Model):
    """That a partner must delete what it holds of some people; closed by its receipt and by nothing else."""

    class Reason(models.TextChoices):
        ERASURE = "erasure", _("erasure")
        OBJECTION = "objection", _("objection")
        RESTRICTION = "restriction", _("restriction")
        END = "end", _("end of the agreement")
        INCIDENT = "incident", _("incident")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="recalls")
    reason = models.CharField(_("reason"), max_length=11, choices=Reason)
    pseudonyms = models.JSONField(_("pseudonyms"), default=list)
    opened_at = models.DateTimeField(_("opened"))
    due_on = models.DateField(_("due"))
    receipt_digest = models.CharField(_("SHA-256 of the receipt"), max_length=64, blank=True)
    receipt_signer = models.CharField(_("signed by"), max_length=200, blank=True)
    receipt_on = models.DateField(_("dated"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | ~Q(receipt_digest="") & ~Q(receipt_signer="") & Q(receipt_on__isnull=False),
                name="op_recall_receipt",
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "due_on"], name="op_recall_due")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.due_on}"
