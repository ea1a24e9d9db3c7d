"""What is known before a letter comes: the instruments of law, the authorities, their people and their keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Evidence, Party


def staff(**options: Any) -> Any:
    """Return a key to a member of staff, whose account stays while evidence names it."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class Ground(models.TextChoices):
    """The three grounds of the statement."""

    LAW = "a", _("a: to obey the law or a legal process")
    OWN_RIGHTS = "b", _("b: to protect our own rights or property")
    SAFETY = "c", _("c: to protect somebody's safety in an emergency")


class NoticeMode(models.TextChoices):
    """When the person is told."""

    BEFORE = "before", _("before the hand-over")
    AFTER_GAG = "after_gag", _("when an order of silence ends")
    BY_AUTHORITY = "by_authority", _("by the authority itself")
    AFTER_EMERGENCY = "after_emergency", _("after the emergency")
    DEFEATS_PURPOSE = "defeats_purpose", _("later, because telling would defeat the purpose")


class Regime(Evidence):
    """One instrument of law as our counsel reads it. A change is a new version; only the confirmation comes later."""

    class Lane(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary")
        EMERGENCY = "emergency", _("emergency")
        PRESERVE = "preserve", _("preservation only")

    class Clock(models.TextChoices):
        HOURS = "hours", _("hours")
        DAYS = "days", _("calendar days")
        BUSINESS_DAYS = "business_days", _("working days")
        ON_PAPER = "on_paper", _("the date on the document")
        NONE = "none", _("none")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(_("key"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    instrument = models.CharField(_("instrument"), max_length=300)
    ground = models.CharField(_("ground"), max_length=1, choices=Ground)
    lane = models.CharField(_("lane"), max_length=9, choices=Lane, default=Lane.ORDINARY)
    clock_kind = models.CharField(_("clock"), max_length=13, choices=Clock, default=Clock.ON_PAPER)
    clock_length = models.PositiveSmallIntegerField(_("length"), default=0)
    clock_zone = models.CharField(_("legal time zone"), max_length=40, default="UTC")
    start_event = models.CharField(_("begins with"), max_length=20, default="received")
    pauses = models.JSONField(_("what pauses it"), default=list, blank=True)
    preserve_days = models.PositiveSmallIntegerField(_("days of preservation"), null=True, blank=True)
    preserve_renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    notice_mode = models.CharField(_("notice"), max_length=15, choices=NoticeMode, default=NoticeMode.BEFORE)
    gag_max_days = models.PositiveSmallIntegerField(_("longest silence in days"), null=True, blank=True)
    band = models.CharField(_("band for the report"), max_length=20, blank=True)
    required_items = models.JSONField(_("what the letter must hold"), default=list, blank=True)
    source = models.TextField(_("source"))
    source_read_on = models.DateField(_("source read on"))
    confirmed_by = models.CharField(_("confirmed by"), max_length=100, null=True, blank=True)  # noqa: DJ001 - filled once
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    entry = models.UUIDField(null=True, editable=False)  # of the confirmation in the ledger, with what was confirmed
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")

    class Meta:
        verbose_name = _("regime")
        verbose_name_plural = _("regimes")
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="op_regime_version"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_on__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="op_regime_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    @property
    def is_emergency(self) -> bool:
        """Whether its cases go by the emergency lane."""
        return self.lane == self.Lane.EMERGENCY

    @property
    def is_confirmed(self) -> bool:
        """Whether counsel has confirmed this very version."""
        return self.confirmed_on is not None


class Ceiling(Evidence):
    """The most that a regime may reach: one data class. What is not listed is not available."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    regime = models.ForeignKey(Regime, models.PROTECT, related_name="ceilings")
    data_class = models.CharField(_("data class"), max_length=24)

    class Meta:
        verbose_name = _("ceiling")
        verbose_name_plural = _("ceilings")
        constraints = [
            models.UniqueConstraint(fields=["regime", "data_class"], name="op_ceiling_unique"),
            models.CheckConstraint(condition=~Q(data_class__in=("", "credential")), name="op_ceiling_class"),
        ]

    def __str__(self) -> str:
        return self.data_class


class Authority(models.Model):
    """An authority as we know it, from sources of our own and never from its letters."""

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", _("not verified")
        VERIFIED = "verified", _("verified")
        SUSPENDED = "suspended", _("suspended")
        COMPROMISED = "compromised", _("compromised")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.OneToOneField(Party, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    domains = models.JSONField(_("mail domains"), default=list, blank=True)
    call_back = models.CharField(_("call-back number"), max_length=40, blank=True)
    found_where = models.CharField(_("where the number was found"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("when it was found"), null=True, blank=True)
    found_by = staff(null=True, blank=True, verbose_name=_("who found it"))
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.UNVERIFIED)
    verified_by = staff(null=True, blank=True, verbose_name=_("verified by"))
    countersigned_by = staff(null=True, blank=True, verbose_name=_("countersigned by"))
    expires_on = models.DateField(_("verified until"), null=True, blank=True)

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="verified")
                | Q(verified_by__isnull=False, countersigned_by__isnull=False, expires_on__isnull=False)
                & ~Q(verified_by=F("countersigned_by")),
                name="op_authority_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)


class Requester(models.Model):
    """Somebody who writes for an authority."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="requesters")
    name = EncryptedTextField(_("name"), subject="id")
    badge = EncryptedTextField(_("badge or file sign"), subject="id", null=True, blank=True)
    contact = EncryptedTextField(_("address for answers"), subject="id", null=True, blank=True)
    expires_on = models.DateField(_("verified until"), null=True, blank=True)

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")

    def __str__(self) -> str:
        return str(self.pk)


class RecipientKey(Evidence):
    """A key that packages are encrypted to. Nothing of it changes but that it is revoked."""

    class Method(models.TextChoices):
        AGE = "age", _("age key")
        PASSPHRASE = "passphrase", _("one-time key under a passphrase that is read out")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    method = models.CharField(_("method"), max_length=10, choices=Method)
    public = models.TextField(_("public part"), blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    proved_how = models.CharField(_("how it was proved"), max_length=200)
    proved_by = staff(verbose_name=_("proved by"))
    at = models.DateTimeField(_("entered"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("recipient key")
        verbose_name_plural = _("recipient keys")
        constraints = [
            models.CheckConstraint(condition=Q(method="passphrase") | ~Q(public=""), name="op_recipientkey_public")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.fingerprint[:16]}"
