"""Standing statements: what the house says it has never done, as of a day, until a day, by two people."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.disclosures.models.registers import staff


class Standing(models.Model):
    """One sentence of a closed list, each of which can be asked of the cases. It ends by itself, or is withdrawn."""

    class Claim(models.TextChoices):
        NOTHING = "nothing", _("We have never handed over data of anybody by law or in an emergency.")
        CONTENT = "content", _("We have never handed over the content of anybody's messages.")
        OWN_RIGHTS = "own_rights", _("We have never handed over data of anybody to protect our own rights or property.")
        MANY = "many", _("We have never handed over data of more than one person for one demand.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.CharField(_("statement"), max_length=12, choices=Claim)
    as_of = models.DateField(_("as of"))
    expires_on = models.DateField(_("no longer shown from"))
    said_by = staff(verbose_name=_("said by"))
    said_at = models.DateTimeField(_("said"))
    confirmed_by = staff(null=True, verbose_name=_("confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    withdrawn_by = staff(null=True, verbose_name=_("withdrawn by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("standing statement")
        verbose_name_plural = _("standing statements")
        ordering = ["-as_of", "claim"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gt=F("as_of")), name="op_standing_order"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("said_by")) & Q(confirmed_by__isnull=False),
                name="op_standing_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} {self.as_of}"
