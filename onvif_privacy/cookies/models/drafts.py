"""What staff declare, and what they may copy from. Nothing of it runs until it is published."""

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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


class KnownItem(models.Model):
    """A row of the site's copy of the Open Cookie Database. It permits nothing: it proposes, and names findings."""

    identifier = models.UUIDField(_("identifier in the list"), primary_key=True)
    platform = models.CharField(_("platform"), max_length=200)
    category = models.CharField(_("category"), max_length=64)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, help_text=_("Exact, or with “*” for any characters."))
    domain = models.CharField(_("domain"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    retention = models.CharField(_("kept for"), max_length=200, blank=True)
    controller = models.CharField(_("controller"), max_length=200, blank=True)
    page = models.CharField(_("page of the provider"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("known item")
        verbose_name_plural = _("known items")
        ordering = ["platform", "name"]

    def __str__(self) -> str:
        return self.name
