"""Ways back to an enquiry, letters about it, mails that came in, and the loop that shows that they do."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Outgoing
from onvif_privacy.enquiries.models.enquiries import MAC_LENGTH, Enquiry
from onvif_privacy.enquiries.models.entries import Entry


class Access(models.Model):
    """A link in a letter, or the code that was shown with the number: known here by a MAC only.

    ``mail`` says that whoever holds it reads the mail of the address on file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="accesses")
    mail = models.BooleanField(default=False)
    mac = models.CharField(max_length=MAC_LENGTH, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "link" if self.mail else "code"


class Letter(Outgoing):
    """One letter. Where it goes is read from the enquiry when it leaves; its link is sealed, and emptied then."""

    class What(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("we have it")
        ANSWER = "answer", _("an answer")
        DETERMINED = "determined", _("what was determined")
        OUTCOME = "outcome", _("what was put right")
        REOPENED = "reopened", _("opened again")
        CITED = "cited", _("a comment led to a change of the statement")

    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="letters")
    what = models.CharField(_("what"), max_length=12, choices=What)
    token = EncryptedTextField(subject="enquiry", null=True, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    # one acknowledgement for an enquiry, one note for a change: a plain unique column holds it on every engine
    once = models.CharField(max_length=80, unique=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("letter about an enquiry")
        verbose_name_plural = _("letters about enquiries")
        indexes = [models.Index(fields=["state", "not_before"], name="op_enquiry_letter_due")]


class Intake(models.Model):
    """A mail that was read, by the digest of all its bytes: delivered again, it is one."""

    class Result(models.TextChoices):
        NEW = "new", _("a new enquiry")
        FOLLOW_UP = "follow_up", _("added to one")
        QUARANTINED = "quarantined", _("kept to be looked at")
        PROBE = "probe", _("our own test")
        UNREADABLE = "unreadable", _("not readable, kept whole")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    result = models.CharField(_("became"), max_length=11, choices=Result)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    size = models.PositiveBigIntegerField(_("size"))
    at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        verbose_name = _("mail that came in")
        verbose_name_plural = _("mails that came in")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.result} {self.at:%Y-%m-%d %H:%M}"


class Probe(models.Model):
    """A mail to the printed address that we sent ourselves, and when it came back into the queue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField(_("address"), max_length=254)
    sent_at = models.DateTimeField(_("sent"))
    seen_at = models.DateTimeField(_("arrived"), null=True)

    class Meta:
        verbose_name = _("test of the address")
        verbose_name_plural = _("tests of the address")
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d %H:%M}"
