"""Whether every visit is accounted for: what was stored when, by which process, and who may count now."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """What was stored in one transaction. Its key makes a repeated batch harmless: it is found here and left alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("stored at"))
    stored = models.PositiveIntegerField(_("stored"))
    bots = models.PositiveIntegerField(_("programs"))
    invalid = models.PositiveIntegerField(_("unreadable"))

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes: ClassVar = [models.Index(fields=["at"], name="privacy_batch_at")]

    def __str__(self) -> str:
        return str(self.id)


class Process(models.Model):
    """The books of one process that records visits: accepted = stored + dropped by reason + pending, always.

    Written in the transaction of each batch, with the figures as they are once it commits. ``dropped`` maps reason to
    number. ``pending`` of a process that is gone was lost with it, but for what it has ``handed`` over to a stream,
    where it waits until it is stored, or counted ``stream_lost``.
    """

    STREAM_LOST: ClassVar = "stream_lost"
    AFTERWARDS: ClassVar = ("bot", "invalid", STREAM_LOST)  # reasons that are found once a visit was handed over

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started = models.DateTimeField(_("started"))
    seen = models.DateTimeField(_("last stored"))
    accepted = models.PositiveBigIntegerField(_("accepted"))
    stored = models.PositiveBigIntegerField(_("stored"))
    handed = models.PositiveBigIntegerField(_("handed over to a stream"), default=0)
    pending = models.PositiveBigIntegerField(_("waiting"))
    dropped = models.JSONField(_("not stored, by reason"), default=dict)

    class Meta:
        verbose_name = _("recording process")
        verbose_name_plural = _("recording processes")
        indexes: ClassVar = [models.Index(fields=["seen"], name="privacy_process_seen")]

    @property
    def in_stream(self) -> int:
        """Visits that were handed over and are neither stored nor counted with a reason; 0 without a stream."""
        settled: int = self.stored + sum(self.dropped.get(reason, 0) for reason in self.AFTERWARDS)
        return max(0, self.handed - settled)

    def settle(self) -> None:
        """Work out what waits from the other counters."""
        self.pending = self.accepted - self.stored - sum(self.dropped.values())

    def __str__(self) -> str:
        return str(self.id)


class Writer(models.Model):
    """One row that whoever changes counts holds until commit: batches and rebuilds take turns on every engine."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    turns = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("writer")
        verbose_name_plural = _("writers")

    def __str__(self) -> str:
        return str(self.turns)


class LogImport(models.Model):
    """How far a web server's log has been read, so that reading it again continues and counts nothing twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(_("fingerprint of the first line"), max_length=32, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=255)
    lines = models.PositiveBigIntegerField(_("lines read"), default=0)
    at = models.DateTimeField(_("last read"))

    class Meta:
        verbose_name = _("imported log")
        verbose_name_plural = _("imported logs")

    def __str__(self) -> str:
        return self.name
