"""Content for those who are interested in a subject area, and for strangers, by place and period."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

SHORT = RegexValidator(r"^[a-z0-9][a-z0-9_-]*\Z", _("Small letters, digits, - and _ only."))


class CustomContent(models.Model):
    """What stands in one slot of the site's pages for one subject area; without an area, for everybody else.

    Either Markdown or the name of one of the site's templates. Days are those of the site's time zone, both included;
    an empty one is no limit.
    """

    id = models.BigAutoField(primary_key=True)
    slot = models.CharField(
        _("slot"), max_length=50, validators=[SHORT], help_text=_('As in {% custom_content "…" %}.')
    )
    area = models.CharField(
        _("subject area"),
        max_length=50,
        blank=True,
        validators=[SHORT],
        help_text=_("Empty: for strangers, and for whoever is interested in nothing that has content here."),
    )
    text = models.TextField(
        _("text"), max_length=20_000, blank=True, help_text=_("Markdown, without HTML or pictures.")
    )
    template = models.CharField(
        _("template"), max_length=200, blank=True, help_text=_("Instead of a text: the name of a template of the site.")
    )
    first = models.DateField(_("from"), null=True, blank=True)
    last = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("customised content")
        verbose_name_plural = _("Customised content")
        ordering: ClassVar = ["slot", "area", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(text="") & ~Q(template="")) | (~Q(text="") & Q(template="")),
                name="privacy_content_one",
                violation_error_message=_("Write a text or name a template, one of them."),
            ),
            models.CheckConstraint(
                condition=Q(first=None) | Q(last=None) | Q(first__lte=F("last")),
                name="privacy_content_days",
                violation_error_message=_("The first day must not be after the last."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot}: {self.area}" if self.area else self.slot
