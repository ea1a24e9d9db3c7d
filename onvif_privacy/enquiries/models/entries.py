"""What was said in an enquiry, and the files that came with it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.enquiries.models.enquiries import MAC_LENGTH, PERSON_LENGTH, Enquiry
from onvif_privacy.enquiries.models.files import sealed_storage


class Direction(models.TextChoices):
    """Who speaks to whom."""

    IN = "in", _("from the person")
    OUT = "out", _("to the person")
    NOTE = "note", _("note of staff")


class Entry(models.Model):
    """One message or note. It is written once; its words can end, and nothing else of it changes.

    ``key`` is what makes a message that is sent twice one message; ``text_mac`` by which equal texts are known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="entries")
    sequence = models.PositiveIntegerField()
    direction = models.CharField(max_length=4, choices=Direction)
    body = EncryptedTextField(_("text"), subject="enquiry", null=True)
    author = models.CharField(_("written by"), max_length=PERSON_LENGTH, blank=True)
    proven = models.BooleanField(_("the sender is known"), default=True)
    at = models.DateTimeField(_("time"))
    key = models.CharField(max_length=MAC_LENGTH, unique=True)
    text_mac = models.CharField(max_length=MAC_LENGTH, blank=True, db_index=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "sequence"], name="op_enquiry_entry")]

    def __str__(self) -> str:
        return f"{self.direction} {self.sequence}"


class Attachment(models.Model):
    """A file that came with a message. Its name is a label and nothing more; its type was never believed.

    ``scan`` is what a scanner of the site said of it.
    """

    class Scan(models.TextChoices):
        NONE = "none", _("not scanned")
        CLEAN = "clean", _("clean")
        FLAGGED = "flagged", _("flagged")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="attachments")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="attachments")
    name = EncryptedTextField(_("name"), subject="enquiry", null=True, blank=True)
    file = models.FileField(max_length=80, storage=sealed_storage)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(max_length=64)
    sniffed = models.CharField(_("looks like"), max_length=32, blank=True)
    scan = models.CharField(max_length=7, choices=Scan, default=Scan.NONE)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return str(self.pk)
