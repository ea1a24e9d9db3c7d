"""What was shown before somebody wrote to everybody, and the receipt of each post."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import StatementField
from onvif_privacy.core.models import Evidence


class BoardNotice(Evidence):
    """A notice as it was shown above a form: its words in one language. Nothing changes it afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(_("form"), max_length=100)
    language = models.CharField(_("language"), max_length=16)
    text = models.TextField(_("text"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("notice of a board")
        verbose_name_plural = _("notices of boards")
        ordering: ClassVar = ["slug", "language"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["slug", "digest"], name="op_community_notice")]

    def __str__(self) -> str:
        return f"{self.slug} {self.language} {self.digest[:8]}"


class PostReceipt(Evidence):
    """One post as it went through its form: what was shown, and which kinds of personal data it held; never its text.

    ``reference`` is the key of the post, ``revision`` counts its edits from 1. ``found`` counts by kind. A row without
    ``notice`` takes over a post that was there before the room.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(_("form"), max_length=100)
    reference = models.CharField(_("post"), max_length=64)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    notice = models.CharField(_("notice"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    statement = StatementField(time_field="at")
    found = models.JSONField(_("found in it"), default=dict)
    anyway = models.BooleanField(_("published anyway"), default=False)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("receipt of a post")
        verbose_name_plural = _("receipts of posts")
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["label", "reference", "revision"], name="op_community_receipt")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.reference} ({self.revision})"
