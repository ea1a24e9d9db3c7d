"""Letters with links: one proves an address, the other asks a guardian. The link is made when the letter leaves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Outgoing
from onvif_privacy.people.models.contacts import ContactPoint
from onvif_privacy.people.models.minors import Guardian


class Letter(Outgoing):
    """One letter to an e-mail address that is not proven yet, the only kind that such an address gets."""

    class What(models.TextChoices):
        """What its link is for."""

        PROOF = "proof", _("the link that proves an address")
        GUARDIAN = "guardian", _("the link by which a guardian decides")

    what = models.CharField(_("what"), max_length=8, choices=What.choices)
    contact = models.ForeignKey(ContactPoint, models.CASCADE, related_name="letters", verbose_name=_("contact point"))
    guardian = models.ForeignKey(
        Guardian, models.CASCADE, null=True, related_name="letters", verbose_name=_("guardian")
    )
    language = models.CharField(_("language"), max_length=16, blank=True)

    class Meta(Outgoing.Meta):
        verbose_name = _("letter with a link")
        verbose_name_plural = _("letters with a link")
        indexes: ClassVar = [models.Index(fields=["state", "not_before"], name="op_people_letter_due")]
