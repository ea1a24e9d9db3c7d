"""What people ask for: the request with its clock, the links that prove an address, the steps that were done."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedEmailField, EncryptedJsonField
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.rights.querysets import RequestQuerySet

REFERENCE_LENGTH = 10
REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is misread over the telephone
REPLAYED = "replay-"  # begins the key of what is done again after a restore
PERSON_LENGTH = 22  # a subject reference
MAC_LENGTH = 64  # HMAC-SHA256 in hex


def new_reference() -> str:
    """Return ten random characters: 50 bits, so that nobody meets another's request by guessing."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _position in range(REFERENCE_LENGTH))


class Kind(models.TextChoices):
    """What a person can ask for. Source: GDPR Art. 15, 20, 16, 17, 18, 21."""

    ACCESS = "access", _("see what is held")
    EXPORT = "export", _("take it along")
    CORRECT = "correct", _("correct it")
    ERASE = "erase", _("have it erased")
    RESTRICT = "restrict", _("restrict its use")
    OBJECT = "object", _("object to its use")


class Channel(models.TextChoices):
    """How the request came."""

    ACCOUNT = "account", _("on this site, signed in")
    BROWSER = "browser", _("on this site, by the choice of a browser")
    FORM = "form", _("by the form for everybody")
    LETTER = "letter", _("by letter")
    PHONE = "phone", _("by telephone")
    PERSON = "person", _("in person")
    SITE = "site", _("by the site itself")


class State(models.TextChoices):
    """Where a request stands."""

    RECEIVED = "received", _("received, not confirmed")
    CONFIRMED = "confirmed", _("confirmed")
    COOLING = "cooling", _("waiting, can be cancelled")
    WORKING = "working", _("being carried out")
    REVIEW = "review", _("waiting for staff")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("never confirmed")


OPEN_STATES = (State.RECEIVED, State.CONFIRMED, State.COOLING, State.WORKING, State.REVIEW)


class Proof(models.TextChoices):
    """How somebody showed who they are. Never a copy of a document, only its kind and the day."""

    NONE = "", _("not yet")
    ACCOUNT = "account", _("signed in, password asked again")
    BROWSER = "browser", _("the browser's own choice")
    LINK = "link", _("a link sent to the address")
    DOCUMENT = "document", _("an identity document was shown")
    KNOWN = "known", _("known to staff")
    QUESTIONS = "questions", _("questions only this person can answer")


class Request(models.Model):
    """One request with its clock.

    ``slot`` is kind and subject while the request is open, afterwards its own id: so one open request of a kind for a
    subject is a plain unique column, which every engine holds. ``plan`` is what an erasure is going to do, ``receipt``
    the signed words of what it did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=REFERENCE_LENGTH, unique=True, default=new_reference)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name=_("subject"))
    address = EncryptedEmailField(_("address"), subject=None, null=True, blank=True, index=BlindIndex(rows=10_000))
    wish = EncryptedJsonField(_("wish"), subject=None, null=True, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    received_at = models.DateTimeField(_("received"))
    due_on = models.DateField(_("due on"))
    extended_to = models.DateField(_("extended to"), null=True)
    extension_reason = models.TextField(_("why it takes longer"), blank=True)
    reason = models.TextField(_("why it was refused"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RECEIVED)
    state_at = models.DateTimeField(_("since"))
    proof = models.CharField(_("identity"), max_length=9, choices=Proof, default=Proof.NONE, blank=True)
    proven_on = models.DateField(_("identity shown on"), null=True)
    entered_by = models.CharField(_("entered by"), max_length=PERSON_LENGTH, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=PERSON_LENGTH, blank=True)
    plan = models.JSONField(_("plan"), null=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    receipt = models.TextField(_("receipt"), blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    slot = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=64, unique=True)

    objects: ClassVar[RequestQuerySet] = RequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-received_at"]
        permissions = [
            ("decide_request", _("Can extend, refuse and carry out requests of people")),
            ("approve_erasure", _("Can approve erasures that staff started or that need a second look")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | ~Q(extension_reason=""), name="op_request_extended"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="op_request_refused"),
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | Q(extended_to__gt=models.F("due_on")), name="op_request_longer"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="op_request_state"),
            models.Index(fields=["received_at"], name="op_request_received"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_STATES

    @property
    def last_day(self) -> Any:
        """The day by whose end it must be answered."""
        return self.extended_to or self.due_on

    def slot_now(self) -> str:
        """What ``slot`` must be in the present state. Corrections of several fields stand beside each other."""
        if self.is_open and self.kind != Kind.CORRECT and self.subject_id is not None and self.state != State.RECEIVED:
            return f"{self.kind}:{self.subject_id.hex}"
        return self.id.hex


class RequestToken(models.Model):
    """A link that was sent, known by the MAC of its random part; bound to one request and one act."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.CASCADE, related_name="tokens")
    act = models.CharField(max_length=8)
    mac = models.CharField(max_length=MAC_LENGTH, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.act} {self.expires_at:%Y-%m-%d %H:%M}"


class Step(models.Model):
    """One arrow of an erasure: what it is, how far it came, and what it did, in numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    label = models.CharField(_("step"), max_length=16)
    cursor = models.JSONField(default=dict)
    counts = models.JSONField(_("what was done"), default=dict)
    done_at = models.DateTimeField(_("done"), null=True)
    failure = models.CharField(_("failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step of an erasure")
        verbose_name_plural = _("steps of erasures")
        ordering = ["request", "position"]
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="op_step_unique")]

    def __str__(self) -> str:
        return f"{self.position} {self.label}"
