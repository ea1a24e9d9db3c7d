"""One comment or complaint, and everything about it that the table itself can hold."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedEmailField, StatementField
from onvif_privacy.core.models import Subject
from onvif_privacy.enquiries.models.numbers import REF_LENGTH, new_ref, normal_ref
from onvif_privacy.enquiries.querysets import EnquiryQuerySet

PERSON_LENGTH = 22  # a subject reference
MAC_LENGTH = 64  # HMAC-SHA256 in hex


class Kind(models.TextChoices):
    """What somebody sends."""

    COMMENT = "comment", _("comment")
    COMPLAINT = "complaint", _("complaint")


class Channel(models.TextChoices):
    """How it came."""

    FORM = "form", _("by the form")
    EMAIL = "email", _("by e-mail")
    POST = "post", _("by letter")
    TELEPHONE = "telephone", _("by telephone")
    STAFF = "staff", _("by a member of staff")


class State(models.TextChoices):
    """Where it stands."""

    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    INVESTIGATING = "investigating", _("being looked into")
    DETERMINED = "determined", _("determined")
    REMEDYING = "remedying", _("being put right")
    REMEDIED = "remedied", _("put right")
    VERIFIED = "verified", _("looked at by another person")
    CLOSED = "closed", _("closed")


class Outcome(models.TextChoices):
    """Whether the person was right."""

    NONE = "", _("not determined")
    UPHELD = "upheld", _("upheld")
    PARTLY = "partly", _("upheld in part")
    NOT_UPHELD = "not_upheld", _("not upheld")
    NOT_OURS = "not_ours", _("not ours to decide")


RIGHT = (Outcome.UPHELD, Outcome.PARTLY)

ALLOWED: dict[tuple[str, str], str] = {
    # from, to: what else the row itself must say, in SQL that all engines read alike; empty for nothing
    ("received", "acknowledged"): "",
    ("received", "closed"): "OLD.quarantined <> ''",  # looked at, and not meant for anybody
    ("acknowledged", "investigating"): "",
    ("acknowledged", "closed"): "OLD.kind = 'comment'",
    ("investigating", "determined"): "",
    ("determined", "closed"): "NEW.outcome IN ('not_upheld', 'not_ours')",
    ("determined", "remedying"): "NEW.outcome IN ('upheld', 'partly')",
    ("remedying", "remedied"): "",
    ("remedied", "verified"): "",
    ("remedied", "remedying"): "",  # whoever looked was not satisfied
    ("verified", "closed"): "",
    ("closed", "investigating"): "",
}
"""Every move there is; the guard of the table is made from it."""


class Enquiry(models.Model):
    """A comment or complaint. Its words and files are sealed under a key of its own, which ends with them.

    ``subject`` is the person whose account it belongs to, where somebody attached theirs; everybody else is found by
    the address. ``turn`` counts reopenings. ``quarantined`` says why nobody was answered yet, empty for what was.
    ``due_at`` is the nearest end of a clock as it was last worked out; the clocks themselves are computed on reading.
    People of staff are named by subject reference.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(_("number"), max_length=REF_LENGTH, unique=True, default=new_ref)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    channel = models.CharField(_("channel"), max_length=9, choices=Channel)
    language = models.CharField(_("language"), max_length=16, blank=True)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("subject")
    )
    reply_to = EncryptedEmailField(
        _("address to answer to"), subject="id", null=True, blank=True, index=BlindIndex(rows=10_000)
    )
    address_mac = models.CharField(max_length=MAC_LENGTH, blank=True, db_index=True)
    addressed = models.BooleanField(default=False, editable=False)
    statement = StatementField(time_field="received_at")
    complained_on = models.DateField(_("day it is about"), null=True, blank=True)
    rights_request = models.BooleanField(_("holds a request about the person's own data"), default=False)
    quarantined = models.CharField(_("waits to be looked at"), max_length=16, blank=True)
    state = models.CharField(_("state"), max_length=13, choices=State, default=State.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    turn = models.PositiveSmallIntegerField(default=0, editable=False)
    received_at = models.DateTimeField(_("received"))
    reopened_at = models.DateTimeField(_("opened again"), null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    determined_at = models.DateTimeField(_("determined"), null=True)
    remedied_at = models.DateTimeField(_("put right"), null=True)
    verified_at = models.DateTimeField(_("looked at by another person"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    ended_at = models.DateTimeField(_("text and files ended"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    entered_by = models.CharField(_("entered by"), max_length=PERSON_LENGTH, blank=True)
    handler = models.CharField(_("handled by"), max_length=PERSON_LENGTH, blank=True)
    determined_by = models.CharField(_("determined by"), max_length=PERSON_LENGTH, blank=True)
    remedied_by = models.CharField(_("put right by"), max_length=PERSON_LENGTH, blank=True)
    verified_by = models.CharField(_("looked at by"), max_length=PERSON_LENGTH, blank=True)

    objects: ClassVar[EnquiryQuerySet] = EnquiryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("comment or complaint")
        verbose_name_plural = _("comments and complaints")
        ordering = ["-received_at"]
        permissions = [
            ("work_enquiry", _("Can read, answer and determine comments and complaints")),
            ("verify_enquiry", _("Can look at what was put right, and publish figures")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", determined_at=None, determined_by="")
                | ~Q(outcome="") & Q(determined_at__isnull=False) & ~Q(determined_by=""),
                name="op_enquiry_determined",
            ),
            models.CheckConstraint(
                condition=Q(remedied_at=None, remedied_by="")
                | Q(outcome__in=["upheld", "partly"], remedied_at__gte=F("determined_at")) & ~Q(remedied_by=""),
                name="op_enquiry_remedied",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by="")
                | Q(verified_at__gte=F("remedied_at")) & ~Q(verified_by="") & ~Q(verified_by=F("remedied_by")),
                name="op_enquiry_verified",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_at__isnull=False) & (~Q(outcome__in=["upheld", "partly"]) | Q(verified_at__isnull=False)),
                name="op_enquiry_closed",
            ),
            models.CheckConstraint(condition=Q(state="closed") | Q(closed_at=None), name="op_enquiry_open"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="op_enquiry_state"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="op_enquiry_due"),
            models.Index(fields=["received_at"], name="op_enquiry_received"),
            models.Index(fields=["closed_at"], name="op_enquiry_closed_at"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state != State.CLOSED

    @property
    def is_right(self) -> bool:
        """Whether the person was found to be right, at least in part."""
        return self.outcome in RIGHT

    @property
    def begun_at(self) -> datetime:
        """When its clocks began: at receipt, or when it was last opened again."""
        return self.reopened_at or self.received_at


__all__ = [
    "ALLOWED",
    "MAC_LENGTH",
    "PERSON_LENGTH",
    "RIGHT",
    "Channel",
    "Enquiry",
    "Kind",
    "Outcome",
    "State",
    "normal_ref",
]
