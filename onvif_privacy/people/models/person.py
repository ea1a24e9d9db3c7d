"""People as staff look them up: subjects of whom this room keeps something."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject


class Person(Subject):
    """A subject, seen from this room. To see the screen is one right, to reveal what it masks another."""

    class Meta:
        proxy = True
        verbose_name = _("person")
        verbose_name_plural = _("people")
        default_permissions = ("view",)
        permissions = (("reveal_person", "Can reveal what a person gave, for a purpose"),)
