"""Evidence: append-only tables, and the ledger that proves everything else."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.querysets import AppendOnly, AppendOnlyManager


class Evidence(models.Model):
    """Base of append-only tables: no ORM path changes or removes a row, whether or not the database guards stand."""

    objects: ClassVar[AppendOnlyManager[Self]] = AppendOnlyManager()

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Insert the row; raises AppendOnly for one that exists."""
        if not self._state.adding:
            raise AppendOnly(self._meta.db_table)
        super().save(**{**kwargs, "force_insert": True})

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        """Refuse; a releasable row goes through `AppendOnlyQuerySet.release`."""
        raise AppendOnly(self._meta.db_table)


class Seal(Evidence):
    """A signed batch of entries: its canonical body holds the Merkle root and the hash of the seal before it."""

    number = models.PositiveBigIntegerField(primary_key=True)
    body = models.BinaryField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return str(self.number)


class Entry(Evidence):
    """One piece of evidence: a salted commitment, its Merkle leaf, and a MAC that covers the time until sealing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=100)
    at = models.DateTimeField()
    commitment = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)
    mac_key = models.CharField(max_length=16)
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, related_name="entries")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [
            models.Index(fields=["kind", "at"], name="op_entry_kind_at"),
            models.Index(fields=["at"], name="op_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class EntrySecret(Evidence):
    """Salt and payload of an entry, sealed under the subject's evidence key. May be deleted, never changed."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="secret")
    subject_id = models.UUIDField(null=True, db_index=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.entry_id)


class Anchoring(Evidence):
    """A checkpoint that was taken to where this database's owner cannot write, and what came back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    anchor = models.CharField(_("anchor"), max_length=200)
    size = models.PositiveBigIntegerField(_("seals"))
    digest = models.CharField(_("hash of the last seal"), max_length=64)
    note = models.TextField(_("checkpoint"))
    receipt = models.BinaryField(_("receipt"), null=True)
    at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("anchored checkpoint")
        verbose_name_plural = _("anchored checkpoints")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["anchor", "size"], name="op_anchoring_unique")]

    def __str__(self) -> str:
        return f"{self.anchor} {self.size}"


class Release(Evidence):
    """Permits one row of a releasable table to be deleted; each release is a ledger entry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table_name = models.CharField(max_length=64)
    row_id = models.UUIDField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="release")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_name", "row_id"], name="op_release_unique")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"
