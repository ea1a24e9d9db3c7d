"""What was seen: findings of the guard, and counts. No table of this room has a column that names a visitor."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.models.drafts import NAME_LENGTH
from onvif_privacy.cookies.querysets import FindingManager


class CookieFinding(models.Model):
    """Something the guard saw that the declaration does not cover. Never a value, path, visitor or address."""

    class Kind(models.TextChoices):
        UNDECLARED = "undeclared", _("not declared")
        DENIED = "denied", _("not granted")
        DRIFT = "drift", _("other domain, path or partition than declared")
        LIFETIME = "lifetime", _("lives longer than declared")
        PREFIX = "prefix", _("breaks the rule of its prefix")
        EARLY = "early", _("asks another host before it was granted")
        HOST = "host", _("asks a host that is not declared")
        LIVE = "live", _("is a script that nothing holds back")
        LINK = "link", _("has no way to the cookie settings")
        PROMINENCE = "prominence", _("declining stands back behind accepting")
        ACCESS = "access", _("is a barrier in the question")
        INTERNAL = "internal_error", _("error inside this room")
        OVERFLOW = "overflow", _("not kept for want of room")

    class Source(models.TextChoices):
        ANSWER = "answer", _("answer")
        REQUEST = "request", _("request")
        SCRIPT = "script", _("script")
        AUDIT = "audit", _("audit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("finding"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    view = models.CharField(_("view"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    count = models.PositiveBigIntegerField(_("count"), default=0)
    ignored_until = models.DateField(_("ignored until"), null=True, blank=True)
    ignored_because = models.CharField(_("reason"), max_length=200, blank=True)

    objects = FindingManager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-last_seen"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name", "view", "source"], name="opc_finding_unique"),
            models.CheckConstraint(
                condition=Q(ignored_until__isnull=True) | ~Q(ignored_because=""),
                name="opc_finding_reason",
                violation_error_message=_("Say why this finding is ignored."),
            ),
        ]
        indexes = [models.Index(fields=["last_seen"], name="opc_finding_last")]

    def __str__(self) -> str:
        return self.name


class ChoiceCount(models.Model):
    """How often something happened on one day (UTC): a number and nothing else. Grants are counted from decisions."""

    class Event(models.TextChoices):
        SHOWN = "shown", _("bar shown on entry")
        DECLINED = "declined", _("declined in answer to the bar")
        ELSEWHERE = "elsewhere", _("decided elsewhere")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField(_("day"))
    event = models.CharField(_("what happened"), max_length=10, choices=Event.choices)
    method = models.CharField(_("how"), max_length=1, blank=True)
    language = models.CharField(_("language"), max_length=16)
    policy = models.PositiveIntegerField(_("version"))
    gpc = models.BooleanField(_("with privacy signal"), default=False)
    number = models.PositiveBigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("answer to the bar")
        verbose_name_plural = _("answers to the bar")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "event", "method", "language", "policy", "gpc"], name="opc_count_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.event}: {self.number}"
