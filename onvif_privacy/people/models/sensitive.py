"""What may be kept and used only with somebody's explicit consent: race, religion, politics, health and the like."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedTextField
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.people.models.contacts import Kept
from onvif_privacy.people.querysets import OwnedQuerySet


class SensitiveValue(Kept):
    """One value of a special category, for one use. ``purpose`` is ``special_<category>_<use>``.

    The database itself refuses a row unless the person granted exactly this purpose by exactly this ``decision``: a
    guard looks on every insert and update, whoever writes. Plaintext is padded to 256 bytes.
    Source: statement clause ``sensitive``; GDPR Art. 9(2)(a).
    """

    stays_on_merge = True  # what somebody agreed to as a visitor, the account did not agree to

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="sensitive_values", verbose_name=_("subject"))
    category = models.CharField(_("category"), max_length=16)
    purpose = models.CharField(_("purpose"), max_length=48)
    value = EncryptedTextField(_("value"), subject="subject", sensitive=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+", verbose_name=_("decision"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sensitive value")
        verbose_name_plural = _("sensitive values")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "purpose"], name="people_sensitive_once"),
        ]

    def __str__(self) -> str:
        return self.purpose
