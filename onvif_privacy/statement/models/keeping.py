"""What keeps the sentences of a text, and what was signed about it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Entry, Evidence
from onvif_privacy.statement.models.published import DIGEST_LENGTH, PERSON_LENGTH


class Binding(Evidence):
    """Who says what keeps one sentence: a promise, or nothing, because it is a plain fact. Never deleted.

    The sentence is named by the digest of its source line, so an unchanged one stays bound in every later version and
    a changed word is bound to nothing. ``shipped`` rows came with the template; all others carry a person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(_("digest of the sentence"), max_length=DIGEST_LENGTH)
    promise = models.CharField(_("promise"), max_length=100, blank=True)
    fact = models.BooleanField(_("plain fact"), default=False)
    shipped = models.BooleanField(_("comes with the package"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    bound_by = models.CharField(_("bound by"), max_length=PERSON_LENGTH, blank=True)
    bound_at = models.DateTimeField(_("bound"))
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    # NULL and not empty, because the database lets a column be filled once
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=PERSON_LENGTH, null=True, blank=True)  # noqa: DJ001
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason for that"), max_length=500, null=True, blank=True)  # noqa: DJ001

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        ordering = ["-bound_at"]
        permissions = [("bind_promise", _("Can say what keeps a sentence of the statement"))]
        constraints = [
            models.CheckConstraint(
                name="statement_binding_one",
                condition=Q(fact=True, promise="") | Q(fact=False) & ~Q(promise=""),
            ),
            models.CheckConstraint(
                name="statement_binding_name", condition=Q(shipped=True) | ~Q(bound_by="") & Q(shipped=False)
            ),
            models.CheckConstraint(
                name="statement_binding_withdrawn",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawn_reason__isnull=False)
                & ~Q(withdrawn_by=""),
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="statement_binding_digest")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {self.promise or _('plain fact')}"


class StatusRelease(Evidence):
    """One signed status: a flattened JWS whose payload says where each clause stood. Insert only.

    ``content`` is the digest of what it says apart from serial and times, so that the same is not signed twice a
    minute; ``previous_digest`` is that of the JWS before.
    """

    serial = models.PositiveIntegerField(_("serial"), primary_key=True)
    jws = models.TextField(_("signed status"))
    content = models.CharField(max_length=DIGEST_LENGTH)
    previous_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    at = models.DateTimeField(_("signed"))
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("signed status")
        verbose_name_plural = _("signed statuses")
        ordering = ["-serial"]
        indexes = [models.Index(fields=["at"], name="statement_status_at")]

    def __str__(self) -> str:
        return str(self.serial)
