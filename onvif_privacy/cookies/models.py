"""What is published, and what the guard has found. No table of this room has a column that names a visitor."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.querysets import FindingManager, PolicyVersionManager
from onvif_privacy.core.models import Entry, Evidence, Notice

NAME_LENGTH = 128


class Kind(models.TextChoices):
    """Where a browser keeps a declared item."""

    COOKIE = "cookie", _("cookie")
    LOCAL_STORAGE = "local_storage", _("local storage")
    SESSION_STORAGE = "session_storage", _("session storage")
    INDEXED_DB = "indexed_db", _("indexed database")
    CACHE_STORAGE = "cache_storage", _("cache storage")


class SetBy(models.TextChoices):
    """Who writes a declared item."""

    SERVER = "server", _("this server")
    SCRIPT = "script", _("a script")
    EITHER = "either", _("server or script")


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


class DeclaredItem(models.Model):
    """A declaration made in the admin. A draft: nothing of it runs until it is published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        _("name"),
        max_length=NAME_LENGTH,
        validators=[RegexValidator(r"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$", _("A cookie name, exact or with “*”."))],
        help_text=_("Exact, or with “*” for any characters: _pk_id.*"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.COOKIE)
    purpose = models.CharField(_("purpose"), max_length=48)
    provider = models.CharField(_("provider"), max_length=200)
    provider_url = models.URLField(_("page of the provider"), blank=True)
    party = models.SlugField(_("party"), max_length=48, blank=True, help_text=_("Required for third parties."))
    duration_days = models.PositiveSmallIntegerField(
        _("days"), null=True, blank=True, help_text=_("Empty: until the browser is closed.")
    )
    domains = models.CharField(
        _("domains"), max_length=500, blank=True, help_text=_("Separated by spaces; empty: this host only.")
    )
    paths = models.CharField(_("paths"), max_length=500, default="/", help_text=_("Separated by spaces."))
    hosts = models.CharField(_("hosts contacted"), max_length=500, blank=True, help_text=_("Separated by spaces."))
    set_by = models.CharField(_("set by"), max_length=8, choices=SetBy.choices, default=SetBy.EITHER)
    http_only = models.BooleanField(_("out of reach of scripts"), default=False)
    partitioned = models.BooleanField(_("partitioned"), default=False)
    third_party = models.BooleanField(_("third party"), default=False)

    class Meta:
        verbose_name = _("declared item")
        verbose_name_plural = _("declared items")
        ordering = ["purpose", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="opc_item_unique"),
            models.CheckConstraint(
                condition=Q(third_party=False) | ~Q(party=""),
                name="opc_item_party",
                violation_error_message=_("A third party must be named by its party."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeclaredItemText(models.Model):
    """What a visitor is told of an admin declaration, in one language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(DeclaredItem, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=16)
    text = models.CharField(_("text"), max_length=1000)
    reason = models.CharField(_("reason"), max_length=500, blank=True, help_text=_("Required for necessary items."))

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["item", "language"], name="opc_itemtext_language")]

    def __str__(self) -> str:
        return self.language


class CookieFinding(models.Model):
    """Something the guard saw that the declaration does not cover. Never a value, path, visitor or address."""

    class Kind(models.TextChoices):
        UNDECLARED = "undeclared", _("not declared")
        DENIED = "denied", _("not granted")
        DRIFT = "drift", _("other domain, path or partition than declared")
        LIFETIME = "lifetime", _("lives longer than declared")
        PREFIX = "prefix", _("breaks the rule of its prefix")
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
