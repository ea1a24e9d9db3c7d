"""What may leave: whose, which fields, of which time. Frozen when it is submitted, and bound by a digest."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedJsonField, EncryptedTextField
from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.models.cases import CASES_PLANNED, Case
from onvif_privacy.disclosures.models.registers import Ground, NoticeMode, RecipientKey, Regime, Requester, staff


class Scope(models.Model):
    """One version of what may leave. ``reason`` holds the words to ``reasons.QUESTIONS``, by question."""

    class Privilege(models.TextChoices):
        PRESS = "press", _("press")
        MEDICAL = "medical", _("medical")
        LAWYER = "lawyer", _("lawyers")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="scopes")
    version = models.PositiveSmallIntegerField(_("version"))
    ground = models.CharField(_("ground"), max_length=1, choices=Ground)
    regime = models.ForeignKey(Regime, models.PROTECT, related_name="+")
    emergency = models.BooleanField(_("emergency"), default=False)
    served_entity = models.CharField(_("addressed to"), max_length=200)
    notice_mode = models.CharField(_("notice"), max_length=15, choices=NoticeMode)
    review_by = models.DateField(_("review of the silence"), null=True, blank=True)
    reason = EncryptedJsonField(_("reasons"), subject="case", null=True, blank=True)
    documents = models.JSONField(_("documents"), default=list)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("to whom"))
    requester = models.ForeignKey(Requester, models.PROTECT, null=True, related_name="+")
    recipient_key = models.ForeignKey(RecipientKey, models.PROTECT, null=True, related_name="+")
    privilege = models.CharField(_("privilege"), max_length=7, choices=Privilege, blank=True)
    approvals_needed = models.PositiveSmallIntegerField(_("approvals needed"), default=1)
    subject_count = models.PositiveIntegerField(_("people"), default=0)
    has_content = models.BooleanField(_("content"), default=False)
    has_special = models.BooleanField(_("special categories"), default=False)
    prepared_by = staff(verbose_name=_("prepared by"))
    created_at = models.DateTimeField(_("begun"))
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), null=True)

    class Meta:
        verbose_name = _("scope")
        verbose_name_plural = _("scopes")
        ordering = ["case", "version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="op_scope_version"),
            models.CheckConstraint(
                condition=Q(approvals_needed__gte=2)
                | Q(approvals_needed=1)
                & (Q(emergency=True) | ~Q(ground="b") & Q(has_content=False, has_special=False, privilege="")),
                name="op_scope_approvals",
            ),
            models.CheckConstraint(condition=Q(frozen_at__isnull=True) | ~Q(digest=""), name="op_scope_frozen_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.version}"

    @property
    def is_frozen(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.frozen_at is not None

    @property
    def digest_groups(self) -> list[str]:
        """The digest in groups of four, to be read aloud."""
        return [self.digest[start : start + 4] for start in range(0, len(self.digest), 4)]


class ScopeItem(models.Model):
    """One field of one person in one window of time: what was asked, and what of it is granted.

    ``selector`` is what the letter names the person by; ``subject`` their id, empty where nobody was found. ``tag`` is
    the same person's keyed hash under the case's key: equal within a case, and nothing outside it. Windows are UTC and
    half open; none is without beginning, or without end.
    """

    class Verdict(models.TextChoices):
        GRANTED = "granted", _("granted")
        PRESERVED = "preserved", _("preserved only")
        REFUSED = "refused", _("refused")

    class Reason(models.TextChoices):
        ABOVE_CEILING = "above_ceiling", _("above the ceiling of the regime")
        OVERBROAD = "overbroad", _("too broad")
        WRONG_ENTITY = "wrong_entity", _("not ours to answer")
        NO_SUCH_ACCOUNT = "no_such_account", _("no such account")
        OUTSIDE_WINDOW = "outside_window", _("outside the time")
        PRIVILEGE = "privilege", _("privileged")
        NOT_HELD = "not_held", _("not held")
        ALREADY_ERASED = "already_erased", _("erased before")
        WRONG_JURISDICTION = "wrong_jurisdiction", _("wrong jurisdiction")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="items")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    selector = EncryptedTextField(_("named as"), subject="case")
    subject = EncryptedTextField(
        _("person"), subject="case", null=True, blank=True, index=BlindIndex(rows=CASES_PLANNED)
    )
    tag = models.CharField(max_length=32, blank=True)
    model = models.CharField(_("model"), max_length=100)
    field = models.CharField(_("field"), max_length=100)
    data_class = models.CharField(_("data class"), max_length=24)
    asked_from = models.DateTimeField(_("asked from"), null=True, blank=True)
    asked_to = models.DateTimeField(_("asked until"), null=True, blank=True)
    granted_from = models.DateTimeField(_("from"), null=True, blank=True)
    granted_to = models.DateTimeField(_("until"), null=True, blank=True)
    zone = models.CharField(_("time zone of the letter"), max_length=40, default="UTC")
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict, blank=True)
    reason = models.CharField(_("why not"), max_length=18, choices=Reason, blank=True)

    class Meta:
        verbose_name = _("item of a scope")
        verbose_name_plural = _("items of scopes")
        ordering = ["scope", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "position"], name="op_scopeitem_position"),
            models.UniqueConstraint(fields=["scope", "tag", "model", "field", "data_class"], name="op_scopeitem_once"),
            models.CheckConstraint(condition=~Q(data_class__in=("", "credential")), name="op_scopeitem_class"),
            models.CheckConstraint(
                condition=(Q(asked_from__isnull=True) | Q(granted_from__gte=F("asked_from")))
                & (Q(asked_to__isnull=True) | Q(granted_to__lte=F("asked_to")))
                | ~Q(verdict__in=("granted", "preserved")),
                name="op_scopeitem_window",
            ),
            models.CheckConstraint(
                condition=Q(verdict="refused") & ~Q(reason="") | ~Q(verdict="refused") & Q(reason=""),
                name="op_scopeitem_reason",
            ),
            models.CheckConstraint(condition=~Q(tag="") | Q(verdict__in=("", "refused")), name="op_scopeitem_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"
