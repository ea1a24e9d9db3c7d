"""A case, its sides, its history, and everything that came with it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedTextField
from onvif_privacy.core.models import Evidence
from onvif_privacy.disclosures.models.registers import Authority, Regime, Requester, staff
from onvif_privacy.disclosures.models.states import Part, State, move

CASES_PLANNED = 50_000  # what the blind indexes are planned for


class Case(models.Model):
    """One demand for data, from its receipt to its end. What it holds of people is sealed under its own key."""

    class Channel(models.TextChoices):
        LETTER = "letter", _("letter")
        MAIL = "mail", _("mail")
        PORTAL = "portal", _("portal of an authority")
        PERSON = "person", _("in person")
        TELEPHONE = "telephone", _("telephone")

    class Outcome(models.TextChoices):
        FULL = "disclosed_full", _("disclosed in full")
        PARTIAL = "disclosed_partial", _("disclosed in part")
        NO_DATA = "no_data", _("no data held")
        PRESERVED = "preserved", _("preserved only")
        REFUSED = "refused", _("refused")
        INCOMPLETE = "incomplete", _("incomplete")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FRAUDULENT = "fraudulent", _("fraudulent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(_("reference"), max_length=16, unique=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="cases", verbose_name=_("authority"))
    requester = models.ForeignKey(Requester, models.PROTECT, null=True, blank=True, related_name="cases")
    file_number = EncryptedTextField(
        _("file number"), subject="id", index=BlindIndex(rows=CASES_PLANNED), null=True, blank=True
    )
    channel = models.CharField(_("how it came"), max_length=9, choices=Channel)
    received_at = models.DateTimeField(_("received"))
    issued_at = models.DateTimeField(_("dated"), null=True, blank=True)
    answer_by = models.DateTimeField(_("date on the document"), null=True, blank=True)
    regime = models.ForeignKey(Regime, models.PROTECT, related_name="cases", verbose_name=_("regime"))
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.RECEIVED)
    outcome = models.CharField(_("outcome"), max_length=17, choices=Outcome, blank=True)
    version = models.PositiveIntegerField(default=0)
    scope = models.ForeignKey("Scope", models.PROTECT, null=True, related_name="+")
    handler = staff(verbose_name=_("handler"))
    due_at = models.DateTimeField(_("due"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    is_drill = models.BooleanField(_("drill"), default=False)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-received_at"]
        permissions = [
            ("work_disclosure", "Can work on cases"),
            ("approve_disclosure", "Can approve what leaves the house"),
            ("officer_disclosure", "Can approve as privacy officer"),
            ("audit_disclosure", "Can read who read what"),
            ("publish_report", "Can publish transparency reports"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, outcome=""),
                name="op_case_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="op_case_due"),
            models.Index(fields=["-received_at"], name="op_case_received"),
            models.Index(fields=["state", "closed_at"], name="op_case_ended"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen."""
        return self.state != State.CLOSED


class Side(Evidence):
    """On which side of a case a person is. One row for each, so nobody is on two: the database refuses the second."""

    class Kind(models.TextChoices):
        WORK = "work", _("working side")
        APPROVE = "approve", _("approving side")
        REVIEW = "review", _("reviews afterwards")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="sides")
    actor = staff(verbose_name=_("who"))
    kind = models.CharField(_("side"), max_length=7, choices=Kind)
    at = models.DateTimeField(_("since"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "actor"], name="op_side_unique"),
            models.CheckConstraint(condition=Q(kind__in=("work", "approve", "review")), name="op_side_kind"),
        ]

    def __str__(self) -> str:
        return self.kind


class Step(Evidence):
    """One act on a case, in order: the history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    action = models.CharField(_("action"), max_length=16)
    kind = models.CharField(_("as"), max_length=7, choices=Part)
    actor = staff(null=True, verbose_name=_("who"))
    from_state = models.CharField(_("from"), max_length=11, choices=State, blank=True)
    to_state = models.CharField(_("to"), max_length=11, choices=State)
    at = models.DateTimeField(_("when"))
    note = EncryptedTextField(_("note"), subject="case", null=True, blank=True)

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="op_case_step"),
            models.CheckConstraint(
                condition=Q(kind="system", actor__isnull=True) | ~Q(kind="system") & Q(actor__isnull=False),
                name="op_case_step_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @property
    def label(self) -> str:
        """What was done, in words."""
        return str(_("received") if self.action == "receive" else move(self.action).label)


class Approval(Evidence):
    """One yes or no of one person, to exactly what the digest says."""

    class Action(models.TextChoices):
        SCOPE = "scope", _("what leaves")
        COUNTERSIGN = "countersign", _("a check or an authority")
        DROP = "drop", _("dropping the case")
        CLOSE_BLOCK = "close_block", _("ending a block")
        CLEAR_FRAUD = "clear_fraud", _("clearing a suspicion of fraud")
        RECALL = "recall", _("a recall")
        POSTPONE_PURGE = "postpone_purge", _("keeping our copy longer")
        EXTEND_GAG = "extend_gag", _("a longer silence")
        EXTEND_HOLD = "extend_hold", _("a longer hold")
        NOT_NOTIFY = "not_notify", _("telling nobody")

    class Decision(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="approvals")
    action = models.CharField(_("of"), max_length=14, choices=Action)
    decision = models.CharField(_("decision"), max_length=3, choices=Decision)
    about = models.UUIDField()
    digest = models.CharField(_("digest"), max_length=64)
    actor = staff(verbose_name=_("who"))
    as_officer = models.BooleanField(_("as privacy officer"), default=False)
    method = models.CharField(_("how they proved who they are"), max_length=20)
    reason = EncryptedTextField(_("reason"), subject="case", null=True, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["about", "action", "digest", "actor"], name="op_approval_once"),
            models.CheckConstraint(condition=~Q(digest=""), name="op_approval_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.decision}"


class Document(Evidence):
    """A file that came with a case, sealed; it is never opened here, only handed back as it came."""

    class Kind(models.TextChoices):
        PROCESS = "process", _("the demand itself")
        GAG = "gag", _("an order of silence")
        WITHDRAWAL = "withdrawal", _("a withdrawal")
        OBJECTION = "objection", _("an objection or the decision on it")
        CORRESPONDENCE = "correspondence", _("correspondence")
        PROOF = "proof", _("a proof of authenticity")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    name = EncryptedTextField(_("file name"), subject="case")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    storage_name = models.CharField(max_length=200)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    added_by = staff(verbose_name=_("added by"))
    at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:16]}"


class AuthenticityCheck(Evidence):
    """One attempt to find out whether a demand is what it says. Weak ones never add up to a strong one."""

    class Kind(models.TextChoices):
        CALL_BACK = "call_back", _("call back by a number of our own")
        SIGNATURE = "signature", _("proved electronic signature")
        DOCKET = "docket", _("docket of the court")
        SERVICE = "service", _("service in person")
        DKIM = "dkim", _("signature of the mail server (DKIM)")
        DOMAIN = "domain", _("known mail domain")
        MAILBOX = "mailbox", _("known mailbox")
        LETTERHEAD = "letterhead", _("letterhead")

    class Result(models.TextChoices):
        PASS = "pass", _("good")
        FAIL = "fail", _("bad")
        UNCLEAR = "unclear", _("unclear")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="checks")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    result = models.CharField(_("result"), max_length=7, choices=Result)
    evidence = EncryptedTextField(_("what was found"), subject="case")
    actor = staff(verbose_name=_("who"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("check of authenticity")
        verbose_name_plural = _("checks of authenticity")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.result}"


STRONG = (
    AuthenticityCheck.Kind.CALL_BACK.value,
    AuthenticityCheck.Kind.SIGNATURE.value,
    AuthenticityCheck.Kind.DOCKET.value,
    AuthenticityCheck.Kind.SERVICE.value,
)


class Block(models.Model):
    """Something that stops a case: while one is open, nothing is built, sealed, handed over or fetched."""

    class Kind(models.TextChoices):
        CLARIFICATION = "clarification", _("waits for an answer")
        NOTICE_WINDOW = "notice_window", _("the person may object")
        OBJECTION = "objection", _("contested")
        AUTHORITY_WINDOW = "authority_window", _("another authority may object")
        FRAUD = "fraud", _("suspicion of fraud")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="blocks")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = staff(null=True, verbose_name=_("opened by"))
    until = models.DateTimeField(_("ends by itself"), null=True)
    closed_at = models.DateTimeField(_("ended"), null=True)
    closed_by = staff(null=True, verbose_name=_("ended by"))
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        indexes = [models.Index(fields=["closed_at", "until"], name="op_block_until")]

    def __str__(self) -> str:
        return self.kind
