"""What is published: versions of the policy, and their words in each language. Append-only."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.querysets import PolicyVersionManager
from onvif_privacy.core.models import Entry, Evidence, Notice


class PolicyVersion(Evidence):
    """What was declared and in force from a moment on: the whole of it, as canonical JSON. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(_("number"))
    snapshot = models.TextField(_("declaration"))
    digest = models.CharField(_("digest"), max_length=64)
    generations = models.JSONField(_("generations"))
    changes = models.JSONField(_("changes"))
    assets = models.JSONField(_("digests of templates and files"))
    package = models.CharField(_("package version"), max_length=32)
    published_at = models.DateTimeField(_("published"))
    published_by = models.CharField(_("published by"), max_length=22, blank=True)
    entry = models.OneToOneField(Entry, models.PROTECT, verbose_name=_("ledger entry"), related_name="+")

    objects: ClassVar[PolicyVersionManager] = PolicyVersionManager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["number"], name="opc_version_number")]
        permissions = [("publish_policy", _("Can publish the cookie policy"))]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def reference(self) -> str:
        """What decisions and renewals name this version by."""
        return f"policy-{self.number}"


class PolicyText(Evidence):
    """The exact words of banner and dialog of one version in one language. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="texts")
    language = models.CharField(_("language"), max_length=16)
    banner = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name=_("words of the bar"))
    dialog = models.ForeignKey(Notice, models.PROTECT, related_name="+", verbose_name=_("words of the settings"))
    buttons = models.JSONField(_("buttons in order"))
    fallbacks = models.JSONField(_("texts without translation"))

    class Meta:
        verbose_name = _("policy text")
        verbose_name_plural = _("policy texts")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["version", "language"], name="opc_text_language")]

    def __str__(self) -> str:
        return self.language
