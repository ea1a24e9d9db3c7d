"""Bytes: what was captured, what was packed of it, to whom it went, and who read what."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence, Subject
from onvif_privacy.disclosures.models.cases import Case
from onvif_privacy.disclosures.models.registers import Ground, RecipientKey, staff
from onvif_privacy.disclosures.models.scopes import Scope


class Snapshot(models.Model):
    """Rows as they were at one moment, sealed under a key of their own. Packages and holds are made of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="snapshots")
    scope = models.ForeignKey(Scope, models.PROTECT, null=True, related_name="snapshots")
    hold = models.ForeignKey("Hold", models.PROTECT, null=True, related_name="snapshots")
    storage_name = models.CharField(max_length=200)
    digest = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    rows = models.JSONField(_("rows by field"), default=dict)
    captured_at = models.DateTimeField(_("captured"))
    purged_at = models.DateTimeField(_("destroyed"), null=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__isnull=True, hold__isnull=False) | Q(scope__isnull=False, hold__isnull=True),
                name="op_snapshot_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:16]


class Package(models.Model):
    """What was made of a snapshot for one recipient; only its digests and counts outlive the purge."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="packages")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="packages")
    number = models.PositiveSmallIntegerField(_("number"))
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="packages")
    built_by = staff(verbose_name=_("built by"))
    built_at = models.DateTimeField(_("built"))
    manifest_digest = models.CharField(_("digest of the package"), max_length=64)
    rows = models.JSONField(_("rows by field"), default=dict)
    sealed_by = staff(null=True, verbose_name=_("sealed by"))
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    signature = models.CharField(_("signature"), max_length=128, blank=True)
    storage_name = models.CharField(max_length=200, blank=True)
    file_digest = models.CharField(_("digest of the encrypted file"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    purge_on = models.DateField(_("destroyed on"), null=True)
    purged_at = models.DateTimeField(_("destroyed"), null=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="op_package_number"),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True, sealed_by__isnull=True)
                | Q(sealed_at__isnull=False, sealed_by__isnull=False) & ~Q(signature="") & ~Q(file_digest=""),
                name="op_package_sealed",
            ),
            models.CheckConstraint(
                condition=Q(sealed_by__isnull=True) | ~Q(sealed_by=models.F("built_by")), name="op_package_two"
            ),
        ]
        indexes = [models.Index(fields=["purged_at", "purge_on"], name="op_package_purge")]

    def __str__(self) -> str:
        return f"{self.case}-{self.number}"


class HandOver(Evidence):
    """One hand-over: a link without a secret, and a code that comes by another way. Closed for good by its recall."""

    class Method(models.TextChoices):
        DOWNLOAD = "download", _("download")
        COURIER = "courier", _("courier")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="hand_overs")
    package = models.ForeignKey(Package, models.PROTECT, related_name="hand_overs")
    recipient_key = models.ForeignKey(RecipientKey, models.PROTECT, related_name="+")
    released_by = staff(verbose_name=_("released by"))
    method = models.CharField(_("how"), max_length=8, choices=Method)
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    code = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"))
    expires_at = models.DateTimeField(_("link ends"))
    subject_count = models.PositiveIntegerField(_("people"))
    recalled_at = models.DateTimeField(_("recalled"), null=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-at"]
        indexes = [models.Index(fields=["case", "at"], name="op_handover_case")]

    def __str__(self) -> str:
        return self.reference


class DisclosureRecord(models.Model):
    """A line of a person's own list of disclosures. It does not exist for them before ``visible_from``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.SET_NULL, null=True, related_name="+")
    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="records")
    reference = models.CharField(_("reference"), max_length=32)
    party_class = models.CharField(_("kind of recipient"), max_length=16)
    party_name = models.CharField(_("recipient"), max_length=200)
    ground = models.CharField(_("ground"), max_length=1, choices=Ground, blank=True)
    data_classes = models.JSONField(_("kinds of data"), default=list)
    day = models.DateField(_("day"))
    visible_from = models.DateField(_("shown from"), null=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        constraints = [models.UniqueConstraint(fields=["subject", "hand_over"], name="op_record_once")]
        indexes = [models.Index(fields=["subject", "visible_from"], name="op_record_visible")]

    def __str__(self) -> str:
        return self.reference


class AccessRecord(Evidence):
    """One look at something: written, with its entry in the ledger, before a byte of it is shown."""

    class Action(models.TextChoices):
        LIST = "list", _("list")
        VIEW = "view", _("view")
        DOWNLOAD = "download", _("download")
        REVEAL = "reveal", _("value shown")
        SEARCH = "search", _("search")
        EXPORT = "export", _("export")
        AUDIT = "audit", _("audit")
        WRONG_CODE = "wrong_code", _("wrong code")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = staff(null=True, verbose_name=_("who"))
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reads")
    thing = models.CharField(_("what"), max_length=64)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"))
    entry = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("read")
        verbose_name_plural = _("reads")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="op_access_at"),
            models.Index(fields=["case", "-at"], name="op_access_case"),
            models.Index(fields=["thing", "action"], name="op_access_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.thing}"
