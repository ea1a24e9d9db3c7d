"""Who is written to without an account, who asked for it and has not confirmed, and who is not written to any more."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedEmailField, StatementField
from onvif_privacy.core.models import Outgoing, Subject

PLANNED_ROWS = 1_000_000


class Subscriber(models.Model):
    """The proven address of somebody who has no other declared contact point."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("subject"))
    address = EncryptedEmailField(_("e-mail address"), subject="subject", index=BlindIndex(rows=PLANNED_ROWS))
    language = models.CharField(_("language"), max_length=16, blank=True)
    proven_at = models.DateTimeField(_("proven"), null=True)
    added_on = models.DateField(_("added"), auto_now_add=True)
    statement = StatementField(time_field="added_on")

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return str(self.subject_id)


class OptIn(Outgoing):
    """Somebody typed an address and wants mails: a letter asks that address, and nothing holds before it says yes.

    ``wanted`` is the purpose that was asked for, ``notice`` the digest of the words that were shown. The row is
    deleted when it is confirmed, and after seven days.
    """

    address = EncryptedEmailField(_("e-mail address"), subject=None)
    wanted = models.CharField(_("purpose asked for"), max_length=48)
    notice = models.CharField(max_length=64)
    language = models.CharField(_("language"), max_length=16, blank=True)
    address_hash = models.CharField(max_length=68)

    class Meta(Outgoing.Meta):
        verbose_name = _("request for mails")
        verbose_name_plural = _("requests for mails")
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="op_outreach_optin_due"),
            models.Index(fields=["address_hash", "created_at"], name="op_outreach_optin_when"),
        ]


class Suppression(models.Model):
    """An address that gets no mail of a scope (``all`` or a purpose), by keyed hash. It names nobody and outlives all.

    The hash begins with the generation of the secret behind it; a hit under an older one is stored again under the
    newest. ``until`` None is for good.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBE = "unsubscribe", _("unsubscribed")
        COMPLAINT = "complaint", _("complaint")
        BOUNCE = "bounce", _("bounced")
        OBJECTION = "objection", _("objection")
        ERASURE = "erasure", _("erasure")
        STAFF = "staff", _("entered by staff")

    ALL: ClassVar = "all"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(_("channel"), max_length=8, default="email")
    address_hash = models.CharField(max_length=68)
    scope = models.CharField(_("scope"), max_length=48)
    reason = models.CharField(_("reason"), max_length=11, choices=Reason.choices)
    until = models.DateTimeField(_("until"), null=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "address_hash", "scope"], name="op_outreach_suppressed_once"),
            models.CheckConstraint(condition=~Q(address_hash="") & ~Q(scope=""), name="op_outreach_suppressed_what"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.reason}"
