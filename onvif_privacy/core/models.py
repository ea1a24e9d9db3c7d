"""Tables of the kernel. Everything that is evidence is append-only, held by the database where it can be."""

from __future__ import annotations

import base64
import uuid
from typing import Any, ClassVar, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.querysets import AppendOnly, AppendOnlyManager, SubjectQuerySet


class Outcome(models.TextChoices):
    """What a person decided. A first no is a withdrawal too; an objection is Art. 21 GDPR or a privacy signal."""

    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    OBJECTED = "objected", _("objected")


class Method(models.TextChoices):
    """How a decision came about. Merge, import and staff are not acts of the person."""

    ACCEPT_ALL = "accept_all", _("accepted all")
    DECLINE_ALL = "decline_all", _("declined all")
    CHOSEN = "chosen", _("chosen one by one")
    FORM = "form", _("form")
    SIGNAL = "signal", _("browser signal")
    MERGE = "merge", _("taken over at sign-in")
    IMPORTED = "imported", _("imported")
    STAFF = "staff", _("entered by staff")

    @property
    def own(self) -> bool:
        """Whether the person acted."""
        return self not in (Method.MERGE, Method.IMPORTED, Method.STAFF)


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


class Subject(models.Model):
    """The one identity everything hangs on: a UUID, optionally a user of the site. Never an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="privacy_subject"
    )
    created_on = models.DateField(auto_now_add=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    restricted_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(user__isnull=True), name="op_subject_erased"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The UUID in 22 characters of base64url; what cookies, ledgers and other rooms name a person by."""
        return base64.urlsafe_b64encode(self.id.bytes).rstrip(b"=").decode()


class SubjectKey(models.Model):
    """A subject's own key, wrapped by the site's key ring. Destroying it makes what it sealed unreadable for good.

    Names the subject by plain UUID, so that a database router may keep this table elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField()
    use = models.CharField(max_length=16)
    generation = models.PositiveSmallIntegerField(default=1)
    key_id = models.BinaryField(max_length=8)
    ring_key = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True, max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "use", "generation"], name="op_subjectkey_unique"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, wrapped__isnull=False)
                | Q(destroyed_at__isnull=False, wrapped__isnull=True),
                name="op_subjectkey_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.generation}"


class LabelKey(models.Model):
    """One generation of a secret with a name (``index``, ``mail-token``), wrapped by the site's key ring."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=32)
    generation = models.PositiveSmallIntegerField(default=1)
    ring_key = models.CharField(max_length=16)
    wrapped = models.BinaryField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "generation"], name="op_labelkey_unique")]

    def __str__(self) -> str:
        return f"{self.label} {self.generation}"


class Notice(Evidence):
    """The exact words somebody was shown, stored once, by the SHA-256 (hex) of their NFC text."""

    digest = models.CharField(primary_key=True, max_length=64, editable=False)
    language = models.CharField(max_length=16)
    surface = models.CharField(max_length=32)
    text = models.TextField()
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self) -> str:
        return f"{self.surface} {self.language} {self.digest[:8]}"


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


class Decision(Evidence):
    """Who decided what for which purpose, how, when, and which words were shown. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="decisions")
    purpose = models.CharField(max_length=48)
    purpose_digest = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    method = models.CharField(max_length=12, choices=Method.choices)
    surface = models.CharField(max_length=32, blank=True)
    gpc = models.BooleanField(default=False)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="decisions")
    context_reference = models.CharField(max_length=64, blank=True)
    context_digest = models.CharField(max_length=64, blank=True)
    actor = models.CharField(max_length=22, blank=True)
    source = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_as")
    key = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="decision")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "purpose", "sequence"], name="op_decision_sequence"),
            models.UniqueConstraint(fields=["subject", "purpose", "key"], name="op_decision_key"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.GRANTED) | Q(notice__isnull=False), name="op_decision_notice"
            ),
        ]
        indexes = [models.Index(fields=["purpose", "decided_at"], name="op_decision_purpose_at")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.get_outcome_display()}"


class Standing(models.Model):
    """The present answer of a subject for a purpose: always equal to what its decisions fold to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="standings")
    purpose = models.CharField(max_length=48)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="standing")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "purpose"], name="op_standing_unique")]
        indexes = [models.Index(fields=["purpose", "outcome"], name="op_standing_outcome")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.get_outcome_display()}"


class Renewal(Evidence):
    """A purpose grew: grants older than this row count as undecided. Its number of rows is the purpose's generation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=48)
    reference = models.CharField(max_length=64)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="renewal")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "reference"], name="op_renewal_unique")]
        indexes = [models.Index(fields=["purpose", "at"], name="op_renewal_purpose_at")]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.reference}"


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


class Proof(Evidence):
    """What a check found when its verdict changed. Findings name places, never values."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.CharField(max_length=100)
    check_name = models.CharField(max_length=150)
    verdict = models.CharField(max_length=10)
    findings = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        indexes = [models.Index(fields=["check_name", "at"], name="op_proof_check_at")]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.verdict}"


class Heartbeat(models.Model):
    """When a check last looked, at how much, and what it saw."""

    check_name = models.CharField(primary_key=True, max_length=150)
    promise = models.CharField(max_length=100)
    looked_at = models.DateTimeField()
    count = models.PositiveBigIntegerField()
    verdict = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"{self.check_name}: {self.verdict}"


class Attestation(Evidence):
    """A named person vouches for a promise until a date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    promise = models.CharField(max_length=100)
    words = models.TextField()
    person = models.CharField(max_length=22)
    evidence = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="attestation")

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="op_attestation_until")]

    def __str__(self) -> str:
        return f"{self.promise} – {self.until:%Y-%m-%d}"


class Party(models.Model):
    """An organisation that data can reach."""

    class Role(models.TextChoices):
        AFFILIATE = "affiliate", _("affiliate")
        TRUSTED_PARTNER = "trusted_partner", _("trusted partner")
        BUSINESS_PARTNER = "business_partner", _("business partner")
        AUTHORITY = "authority", _("authority")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("short name"), max_length=48, unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, for example DE."))
    url = models.URLField(_("web site"), blank=True)
    statement_url = models.URLField(_("privacy statement"), blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="op_party_dates",
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """Who runs a job, until when by the database's clock, and how the last run ended."""

    job = models.CharField(primary_key=True, max_length=64)
    holder = models.CharField(max_length=64, blank=True)
    token = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField()
    cursor = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.job
