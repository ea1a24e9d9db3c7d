"""People as staff look them up, with everything that is held of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject


class Person(Subject):
    """A subject, seen from this room. To see the screen is one right, to reveal what it masks another."""

    class Meta:
        proxy = True
        verbose_name = _("what is held of a person")
        verbose_name_plural = _("What is held of people")
        default_permissions = ("view",)
        permissions = (("reveal_person", "Can reveal what is held of a person, for a purpose"),)
