"""What the standards body publishes: standards, news, conformant products, knowledge."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    """A standard that products can conform to."""

    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=80)
    edition = models.CharField(_("edition"), max_length=20)
    summary = models.CharField(_("summary"), max_length=300)
    illustration = models.CharField(_("illustration"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return f"{self.title} {self.edition}"


class News(models.Model):
    """One piece of news."""

    class Kind(models.TextChoices):
        ANNOUNCEMENT = "announcement", _("Announcement")
        SPECIFICATION = "specification", _("Specification")
        REVIEW = "review", _("Public review")
        EVENT = "event", _("Event")
        MEMBER = "member", _("Members")

    slug = models.SlugField(unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text, in Markdown"))
    illustration = models.CharField(_("illustration"), max_length=20)
    published_on = models.DateField(_("published on"))

    class Meta:
        ordering = ["-published_on", "slug"]
        verbose_name_plural = _("news")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Address of the page of this item."""
        return reverse("news-item", args=[self.slug])


class Product(models.Model):
    """A product that its maker has declared conformant."""

    class Kind(models.TextChoices):
        CAMERA = "camera", _("Cameras")
        RECORDER = "recorder", _("Recorders")
        CLIENT = "client", _("Clients")
        DOOR = "door", _("Doors")
        SENSOR = "sensor", _("Sensors")

    slug = models.SlugField(unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    maker = models.CharField(_("maker"), max_length=80)
    summary = models.CharField(_("summary"), max_length=300)
    firmware = models.CharField(_("firmware"), max_length=20)
    declared_on = models.DateField(_("declared on"))
    profiles = models.ManyToManyField(Profile, related_name="products")

    class Meta:
        ordering = ["maker", "name"]

    def __str__(self) -> str:
        return f"{self.maker} {self.name}"

    def get_absolute_url(self) -> str:
        """Address of the page of this product."""
        return reverse("product", args=[self.slug])


class Article(models.Model):
    """One article of the knowledge base."""

    class Topic(models.TextChoices):
        START = "start", _("Getting started")
        PLANNING = "planning", _("Planning")
        SECURITY = "security", _("Security")
        CONFORMANCE = "conformance", _("Conformance")
        FAULTS = "faults", _("Finding faults")

    slug = models.SlugField(unique=True)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text, in Markdown"))
    updated_on = models.DateField(_("updated on"))

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Address of the page of this article."""
        return reverse("article", args=[self.slug])
