"""What members and visitors do together: the message board, meetings, working documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Board(models.Model):
    """A place for topics of one kind."""

    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=80)
    summary = models.CharField(_("summary"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title


class Topic(models.Model):
    """A question and what was answered to it."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="topics")
    title = models.CharField(_("title"), max_length=120)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    active_at = models.DateTimeField(_("last post"), default=timezone.now)

    posts: RelatedManager[Post]

    class Meta:
        ordering = ["-active_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Address of the page of this topic."""
        return reverse("topic", args=[self.board.slug, self.pk])


class Post(models.Model):
    """One public message."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    text = models.TextField(_("your post"), max_length=4000)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Event(models.Model):
    """A date in the members' calendar."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        DEADLINE = "deadline", _("Deadline")
        TRAINING = "training", _("Training")
        PLUGFEST = "plugfest", _("Plugfest")

    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    place = models.CharField(_("place"), max_length=80)
    starts_on = models.DateField(_("date"))

    class Meta:
        ordering = ["starts_on"]

    def __str__(self) -> str:
        return self.title


class Document(models.Model):
    """A working document that only members see."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        FINAL = "final", _("Final")

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=120)
    group = models.CharField(_("group"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State)
    summary = models.CharField(_("summary"), max_length=300)
    dated = models.DateField(_("dated"))

    class Meta:
        ordering = ["-dated"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DemoStep(models.Model):
    """A step of the demo that has been done in this database, so that running it again repeats nothing."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    done_at = models.DateTimeField(_("done"), default=timezone.now)

    def __str__(self) -> str:
        return self.name
