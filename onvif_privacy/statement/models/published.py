"""What is stored: documents, the draft being written, and published versions that nothing changes any more.

A draft has tables of its own. So every table of published rows takes inserts only, and the database can hold that
with the plainest of its guards.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Entry, Evidence
from onvif_privacy.statement.querysets import EffectManager, TextManager, VersionManager

DIGEST_LENGTH = 64  # SHA-256 in hex
PERSON_LENGTH = 22  # a subject reference; unlike a key of the user table it stays true when the user is gone


class Change(models.TextChoices):
    """How much a version changes for the people who read it."""

    FIRST = "first", _("first version")
    EDITORIAL = "editorial", _("editorial: the wording changes, what happens does not")
    MATERIAL = "material", _("material: announced before it takes effect")


class Document(models.Model):
    """A published document, normally one with the slug ``privacy``. ``language`` is the one whose words decide."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("slug"), max_length=48, unique=True)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(
        _("authoritative language"),
        max_length=16,
        help_text=_("The text in this language decides if translations differ."),
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.title


class Draft(models.Model):
    """What will be the next version of a document; there is one at most, and publishing it removes it.

    ``submitted_digest`` is the digest of everything that was handed in, so that an edit afterwards shows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.OneToOneField(Document, models.CASCADE, related_name="draft", verbose_name=_("document"))
    summary = models.CharField(
        _("summary"),
        max_length=500,
        blank=True,
        help_text=_("What changes, in one or two sentences that readers will see."),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, help_text=_("Why it changes."))
    comments = models.CharField(
        _("comments"), max_length=200, blank=True, help_text=_("Numbers of the comments that led to this change.")
    )
    change = models.CharField(
        _("kind of change"),
        max_length=9,
        choices=Change.choices,
        default=Change.MATERIAL,
        help_text=_("Some changes are material whatever is chosen here, for example a clause that appears or goes."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    submitted_by = models.CharField(_("submitted by"), max_length=PERSON_LENGTH, blank=True, editable=False)
    submitted_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True, editable=False)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        permissions = [
            ("edit_statement", _("Can write and submit drafts of the statement")),
            ("publish_statement", _("Can publish and postpone versions of the statement")),
        ]

    def __str__(self) -> str:
        return str(_("Draft of %(document)s") % {"document": self.document})


class DraftText(models.Model):
    """The source of a draft in one language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="texts", verbose_name=_("draft"))
    language = models.CharField(_("language"), max_length=16)
    source = models.TextField(
        _("text"), help_text=_("Markdown, one sentence on each line; “## Title {#slug}” opens a clause.")
    )

    class Meta:
        verbose_name = _("text of a draft")
        verbose_name_plural = _("texts of a draft")
        constraints = [models.UniqueConstraint(fields=["draft", "language"], name="statement_one_draft_text")]

    def __str__(self) -> str:
        return f"{self.draft} ({self.language})"


class Version(Evidence):
    """A published version. Insert only: nothing about it changes, and a correction is a new version.

    ``digest`` covers the texts, the purposes and ``previous_digest``, so the versions of a document form a chain.
    ``facts`` (what was put in for the placeholders) and ``purposes`` (what the code declared) are JSON of that moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="versions", verbose_name=_("document"))
    number = models.PositiveIntegerField(_("number"))
    change = models.CharField(_("kind of change"), max_length=9, choices=Change.choices)
    summary = models.CharField(_("summary"), max_length=500, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    comments = models.CharField(_("comments"), max_length=200, blank=True)
    facts = models.TextField(_("facts put in"))
    purposes = models.TextField(_("purposes"))
    purposes_digest = models.CharField(max_length=DIGEST_LENGTH)
    submitted_by = models.CharField(_("submitted by"), max_length=PERSON_LENGTH, blank=True)
    published_by = models.CharField(_("published by"), max_length=PERSON_LENGTH, blank=True)
    published_at = models.DateTimeField(_("published"))
    previous_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    objects: ClassVar[VersionManager] = VersionManager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="statement_version_number"),
            models.CheckConstraint(
                name="statement_version_first",
                condition=Q(number=1, change=Change.FIRST) | Q(number__gt=1) & ~Q(change=Change.FIRST),
            ),
            # Empty means the command line, which only a first version may come from.
            models.CheckConstraint(
                name="statement_version_two_people",
                condition=Q(change=Change.FIRST)
                | ~Q(submitted_by="") & ~Q(published_by="") & ~Q(published_by=F("submitted_by")),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Version %(number)s") % {"number": self.number})


class Text(Evidence):
    """The words of a version in one language. A better translation is a new ``revision``, never an edit.

    ``source`` has the placeholders, ``words`` the facts of the moment of publication in their place, ``html`` what
    readers see. ``text_digest`` is the SHA-256 of ``words`` and is what receipts and records point at.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="texts", verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=16)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    title = models.CharField(_("title"), max_length=200)
    source = models.TextField(_("source"))
    words = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    source_digest = models.CharField(max_length=DIGEST_LENGTH)
    text_digest = models.CharField(_("digest"), max_length=DIGEST_LENGTH)
    published_at = models.DateTimeField(_("published"))

    objects: ClassVar[TextManager] = TextManager()

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(fields=["version", "language", "revision"], name="statement_text_revision"),
        ]
        indexes = [models.Index(fields=["text_digest"], name="statement_text_digest")]

    def __str__(self) -> str:
        return f"{self.version} ({self.language}, {self.revision})"


class Sentence(Evidence):
    """One line of a published text. ``clause`` is empty for the title; offsets count characters of the source."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.ForeignKey(Text, models.PROTECT, related_name="sentences")
    clause = models.CharField(max_length=48, blank=True)
    position = models.PositiveIntegerField()
    source_digest = models.CharField(max_length=DIGEST_LENGTH)
    begins = models.PositiveIntegerField()
    ends = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("sentence")
        verbose_name_plural = _("sentences")
        constraints = [
            models.UniqueConstraint(fields=["text", "clause", "position"], name="statement_sentence_position"),
        ]
        indexes = [models.Index(fields=["source_digest"], name="statement_sentence_digest")]

    def __str__(self) -> str:
        return f"{self.clause or '#'}:{self.position}"


class Effect(Evidence):
    """Says when a version takes effect. The row recorded last counts, so postponing is one more row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="effects", verbose_name=_("version"))
    effective_at = models.DateTimeField(_("takes effect"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    objects: ClassVar[EffectManager] = EffectManager()

    class Meta:
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        ordering = ["recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "recorded_at"], name="statement_effect_order"),
            models.CheckConstraint(name="statement_effect_not_back", condition=Q(effective_at__gte=F("recorded_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.effective_at:%Y-%m-%d %H:%M} UTC"
