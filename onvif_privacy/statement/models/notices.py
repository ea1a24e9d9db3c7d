"""Who is told of a change, and who was shown which words."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence, Outgoing, Subject
from onvif_privacy.statement.models.published import DIGEST_LENGTH, Text, Version


class Notice(Evidence):
    """The notice of a material version: how many days before the effect it must be complete, and when it was.

    ``audience`` people have a letter once ``queued_at`` says that all were written; ``completed_at`` is when the last
    of them had been tried. Each of the three is filled once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.OneToOneField(Version, models.PROTECT, related_name="notice", verbose_name=_("version"))
    days = models.PositiveSmallIntegerField(_("days before the effect"))
    audience = models.PositiveIntegerField(_("people written to"), null=True)
    queued_at = models.DateTimeField(_("letters written"), null=True)
    completed_at = models.DateTimeField(_("complete"), null=True)

    class Meta:
        verbose_name = _("notice of a change")
        verbose_name_plural = _("notices of changes")
        ordering = ["-version__number"]
        constraints = [
            models.CheckConstraint(
                name="statement_notice_order",
                condition=models.Q(completed_at=None)
                | models.Q(audience__isnull=False, queued_at__lte=models.F("completed_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)


class NoticeLetter(Outgoing):
    """One letter about a version; ``text`` is what it announces, in the reader's language."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="letters", verbose_name=_("version"))
    text = models.ForeignKey(Text, models.PROTECT, related_name="+", verbose_name=_("text"))

    class Meta(Outgoing.Meta):
        verbose_name = _("letter about a change")
        verbose_name_plural = _("letters about changes")
        ordering = ["-created_at"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["version", "subject"], name="statement_letter_once"),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="statement_letter_due")]


class Exposure(models.Model):
    """An act by which somebody was shown words, named by their digest. Reading a page is none. Never changed.

    A row goes with the person's data; the words themselves stay.
    """

    class Kind(models.TextChoices):
        MAILED = "mailed", _("a letter was handed over")
        ACKNOWLEDGED = "acknowledged", _("said “I have read it”")
        SUBMITTED = "submitted", _("sent a form that named them")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name=_("subject"))
    digest = models.CharField(_("digest of the words"), max_length=DIGEST_LENGTH)
    kind = models.CharField(_("act"), max_length=12, choices=Kind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("showing of the statement")
        verbose_name_plural = _("showings of the statement")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["subject", "digest", "kind"], name="statement_exposure_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class Board(Version):
    """The page in the admin that shows where each clause stands: a name and a permission, no table."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("board")
        verbose_name_plural = _("Where each clause stands")
