"""Surveys as tallies: there is no sheet of answers, so none can be linked to whom it came from."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

NO_ANSWER = 0
"""The choice of whoever leaves a question out. No question can be required."""


class Survey(models.Model):
    """Some questions, open for a time. ``answers`` counts sheets; ``released`` is how many of them were published."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(_("reference"), max_length=11, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    introduction = models.TextField(_("introduction"), blank=True, max_length=2000)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    public = models.BooleanField(_("results are public"), default=False)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    delete_on = models.DateField(_("free text is deleted on"), null=True, blank=True)
    answers = models.PositiveIntegerField(_("answers"), default=0, editable=False)
    released = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering: ClassVar = ["-created_at"]
        permissions: ClassVar = [("run_survey", _("Can open and close surveys and release results"))]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=("draft", "open", "closed")), name="op_outreach_survey_state"),
            models.CheckConstraint(condition=Q(released__lte=models.F("answers")), name="op_outreach_survey_released"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"


class Question(models.Model):
    """One question. ``choices`` are its answers, one a line, numbered from 1; ``cross`` marks the one to compare by."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("one of several")
        MULTI = "multi", _("any of several")
        SCALE = "scale", _("from 1 to 5")
        TEXT = "text", _("free text")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions", verbose_name=_("survey"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.SINGLE)
    label = models.CharField(_("question"), max_length=300)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line, at most 20."))
    cross = models.BooleanField(_("compare the others by this"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "position"], name="op_outreach_question_place"),
            models.CheckConstraint(condition=Q(cross=False) | Q(kind="single"), name="op_outreach_question_cross"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def options(self) -> list[str]:
        """The answers to choose from, numbered from 1."""
        if self.kind == self.Kind.SCALE:
            return [str(number) for number in range(1, 6)]
        return [line.strip() for line in self.choices.splitlines() if line.strip()]


class SpentToken(models.Model):
    """A token that was answered with. Written when an answer comes, never at sending; no recipient, no time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "token_hash"], name="op_outreach_spent_once")
        ]

    def __str__(self) -> str:
        return self.token_hash[:8]


class Tally(models.Model):
    """How often a choice was made: ``choice`` 0 is no answer; ``cross`` is the choice in the question compared by.

    Rows stand from the opening on and are only counted up, so their order tells nothing of the answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="tallies")
    choice = models.PositiveSmallIntegerField()
    cross = models.PositiveSmallIntegerField(default=NO_ANSWER)
    n = models.PositiveIntegerField(default=0)
    published = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "choice", "cross"], name="op_outreach_tally_once"),
            models.CheckConstraint(condition=Q(published__lte=models.F("n")), name="op_outreach_tally_published"),
        ]

    def __str__(self) -> str:
        return f"{self.choice}/{self.cross}: {self.n}"


class TextAnswer(models.Model):
    """Words of somebody; only the week is kept. ``week`` is ISO, for example ``2026-W07``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="texts")
    text = models.TextField(_("text"), max_length=2000)
    week = models.CharField(_("week"), max_length=8)

    class Meta:
        verbose_name = _("free text of a survey")
        verbose_name_plural = _("free texts of surveys")
        ordering: ClassVar = ["week", "id"]

    def __str__(self) -> str:
        return self.week
