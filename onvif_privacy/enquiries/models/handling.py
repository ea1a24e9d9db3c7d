"""How an enquiry is handled: which clause it is about, whom it is about, what was put right, and each move."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Evidence
from onvif_privacy.enquiries.models.enquiries import PERSON_LENGTH, Enquiry, Outcome, State
from onvif_privacy.enquiries.models.entries import Entry

DIGEST_LENGTH = 64


class ClauseLink(Evidence):
    """The clause an enquiry is about, as it stood, with what its checks said on the day and at receipt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="clauses")
    slug = models.CharField(_("clause"), max_length=48)
    text_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    words = models.TextField(_("text as it stood"), blank=True)
    on = models.DateField(_("day"))
    verdict_on = models.CharField(_("verdict of the day"), max_length=10)
    verdict_received = models.CharField(_("verdict at receipt"), max_length=10)
    history_digest = models.CharField(max_length=DIGEST_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints = [models.UniqueConstraint(fields=["enquiry", "slug"], name="op_enquiry_clause")]

    def __str__(self) -> str:
        return self.slug


class Concern(Evidence):
    """Whom a complaint is about, by subject reference: they do nothing in it, which the database holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="concerns")
    person = models.CharField(_("person"), max_length=PERSON_LENGTH)
    noted_by = models.CharField(max_length=PERSON_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        constraints = [
            models.UniqueConstraint(fields=["enquiry", "person"], name="op_enquiry_concern"),
            models.CheckConstraint(condition=~Q(person=""), name="op_enquiry_concern_named"),
        ]

    def __str__(self) -> str:
        return self.person


class Remedy(Evidence):
    """One thing that was done to put it right, and what shows it. What staff wrote about it is ``entry``."""

    class Kind(models.TextChoices):
        CHECK_GREEN = "check_green", _("the check of the clause is green again")
        CORRECTION = "correction", _("data was corrected")
        ERASURE = "erasure", _("data was erased")
        RECALL = "recall", _("a partner was told to delete")
        TEXT = "text", _("the statement was changed")
        ANSWER = "answer", _("an answer was given")
        OTHER = "other", _("something else")

    class Regression(models.TextChoices):
        NONE = "", _("no clause is concerned")
        SABOTEUR = "saboteur", _("a saboteur was added")
        TIGHTENED = "tightened", _("a check was tightened")
        IMPOSSIBLE = "impossible", _("no check could notice it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="remedies")
    turn = models.PositiveSmallIntegerField()
    kind = models.CharField(_("what was done"), max_length=11, choices=Kind)
    evidence = models.CharField(_("evidence"), max_length=200)
    evidence_digest = models.CharField(max_length=DIGEST_LENGTH)
    regression = models.CharField(_("so that it is noticed"), max_length=10, choices=Regression, blank=True)
    reason = models.CharField(_("why no check could notice it"), max_length=500, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    done_by = models.CharField(max_length=PERSON_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~Q(regression="impossible") | ~Q(reason=""), name="op_remedy_reason"),
            models.CheckConstraint(condition=~Q(done_by=""), name="op_remedy_done_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.evidence}"


class Transition(Evidence):
    """One move of an enquiry. ``outcome`` is that of the moment, so that history survives a reopening."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="transitions")
    number = models.PositiveIntegerField()
    before = models.CharField(_("from"), max_length=13, blank=True)
    after = models.CharField(_("to"), max_length=13, choices=State)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    actor = models.CharField(_("by"), max_length=PERSON_LENGTH, blank=True)
    reason = models.CharField(_("reason"), max_length=16, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "number"], name="op_enquiry_transition")]
        indexes = [models.Index(fields=["after", "at"], name="op_enquiry_moved")]

    def __str__(self) -> str:
        return f"{self.before or '–'} → {self.after}"
