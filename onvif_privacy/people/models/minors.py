"""Who is not of age yet, and who decides for them. Neither a birthday nor an age is kept."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject

REFERENCE_LENGTH = 22  # of a subject, as decisions name who acted


class AgeAnswer(models.Model):
    """What somebody answered: of age, or not before the month that begins at ``until``. One for a person.

    An answer that somebody is not of age stands until that month: nobody becomes older by answering again.
    Source: GDPR Art. 8; statement clause ``identity``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.OneToOneField(Subject, models.PROTECT, related_name="age_answer", verbose_name=_("subject"))
    until = models.DateTimeField(_("not of age before"), null=True, blank=True)
    answered_on = models.DateField(_("answered"), auto_now_add=True)
    told_at = models.DateTimeField(_("asked to decide alone"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer about age")
        verbose_name_plural = _("answers about age")

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def is_under(self) -> bool:
        """Whether the person is not of age now."""
        return self.until is not None and timezone.now() < self.until


class Guardian(models.Model):
    """Who may decide for a minor, since a link that reached them was used (``began_at``), until ``ended_at``.

    ``reference`` is the guardian's, as decisions name who acted; ``turn`` counts links, so that each is used once;
    ``slot`` lets a minor have one guardian at a time.
    """

    class Proof(models.TextChoices):
        """How we know that they are the guardian."""

        LINK = "link", _("link in a mail to an address that the minor gave")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    minor = models.ForeignKey(Subject, models.PROTECT, related_name="guardians", verbose_name=_("minor"))
    guardian = models.ForeignKey(Subject, models.PROTECT, related_name="minors", verbose_name=_("guardian"))
    reference = models.CharField(max_length=REFERENCE_LENGTH, editable=False)
    proof = models.CharField(_("proof"), max_length=8, choices=Proof.choices, default=Proof.LINK)
    asked_on = models.DateField(_("asked"), auto_now_add=True)
    began_at = models.DateTimeField(_("from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    turn = models.PositiveSmallIntegerField(default=0, editable=False)
    slot = models.CharField(max_length=32, null=True, unique=True, editable=False)  # noqa: DJ001 - no two are equal

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        ordering = ["-asked_on", "pk"]

    def __str__(self) -> str:
        return self.reference
