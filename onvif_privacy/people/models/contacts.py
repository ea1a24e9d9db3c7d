"""Names, contact details and addresses. Which row is the main one of its kind is held by a unique column.

A conditional constraint would say the same, but MariaDB ignores those.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import BlindIndex, EncryptedEmailField, EncryptedTextField, StatementField
from onvif_privacy.core.models import Subject
from onvif_privacy.people.querysets import OwnedQuerySet

PLANNED_ROWS = 100_000


def _slot() -> models.CharField[str | None, str | None]:
    """Make the column that lets one row of a kind be the main one; empty for every other."""
    return models.CharField(max_length=64, null=True, unique=True, editable=False)


class Kept(models.Model):
    """Base of what is kept of a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    added_on = models.DateField(_("added"), auto_now_add=True)
    statement = StatementField(time_field="added_on")

    class Meta:
        abstract = True


class Profile(Kept):
    """How somebody wants to be called. Nothing else is asked by default."""

    subject = models.OneToOneField(Subject, models.PROTECT, related_name="profile", verbose_name=_("subject"))
    name = EncryptedTextField(_("name"), subject="subject", null=True, blank=True)
    given_name = EncryptedTextField(_("given name"), subject="subject", null=True, blank=True)
    family_name = EncryptedTextField(_("family name"), subject="subject", null=True, blank=True)
    organisation = EncryptedTextField(_("organisation"), subject="subject", null=True, blank=True)
    language = EncryptedTextField(_("language"), subject="subject", null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.subject)


class ContactPoint(Kept):
    """One e-mail address or telephone number, by which somebody can be reached.

    An address that is not proven gets no mail but the one that asks for the proof.
    """

    class Kind(models.TextChoices):
        """What it is."""

        EMAIL = "email", _("e-mail address")
        PHONE = "phone", _("telephone number")

    class Use(models.TextChoices):
        """Where somebody is reached by it."""

        HOME = "home", _("home")
        WORK = "work", _("work")
        MOBILE = "mobile", _("mobile")
        OTHER = "other", _("other")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="contact_points", verbose_name=_("subject"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    use = models.CharField(_("use"), max_length=6, choices=Use.choices, default=Use.HOME)
    email = EncryptedEmailField(
        _("e-mail address"), subject="subject", index=BlindIndex(rows=PLANNED_ROWS), null=True, blank=True
    )
    phone = EncryptedTextField(
        _("telephone number"), subject="subject", index=BlindIndex(rows=PLANNED_ROWS), null=True, blank=True
    )
    proven_at = models.DateTimeField(_("proven"), null=True, blank=True)
    slot = _slot()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="people_contact_one_value",
                condition=Q(kind="email", phone__isnull=True) | Q(kind="phone", email__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_use_display()})"

    @property
    def slot_wanted(self) -> str:
        """What ``slot`` holds while this is the person's main one of its kind."""
        return f"{self.subject_id.hex}:{self.kind}"

    @property
    def is_primary(self) -> bool:
        """Whether it is the person's main one of its kind."""
        return self.slot is not None


class Address(Kept):
    """One postal address. ``country`` is ISO 3166 alpha-2; the lines are in the order of the envelope."""

    class Use(models.TextChoices):
        """What it is for."""

        HOME = "home", _("home")
        WORK = "work", _("work")
        BILLING = "billing", _("billing")
        SHIPPING = "shipping", _("shipping")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="addresses", verbose_name=_("subject"))
    use = models.CharField(_("use"), max_length=8, choices=Use.choices)
    label = EncryptedTextField(_("label"), subject="subject", null=True, blank=True)
    name = EncryptedTextField(_("name"), subject="subject", null=True, blank=True)
    organisation = EncryptedTextField(_("organisation"), subject="subject", null=True, blank=True)
    line1 = EncryptedTextField(_("street and number"), subject="subject", null=True, blank=True)
    line2 = EncryptedTextField(_("second line"), subject="subject", null=True, blank=True)
    line3 = EncryptedTextField(_("third line"), subject="subject", null=True, blank=True)
    dependent_locality = EncryptedTextField(_("district"), subject="subject", null=True, blank=True)
    locality = EncryptedTextField(_("town"), subject="subject", null=True, blank=True)
    region = EncryptedTextField(_("region"), subject="subject", null=True, blank=True)
    postcode = EncryptedTextField(_("postal code"), subject="subject", null=True, blank=True)
    sorting_code = EncryptedTextField(_("sorting code"), subject="subject", null=True, blank=True)
    country = EncryptedTextField(_("country"), subject="subject", null=True, blank=True)
    slot = _slot()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return str(self.get_use_display())

    @property
    def slot_wanted(self) -> str:
        """What ``slot`` holds while this is the person's main address of its use."""
        return f"{self.subject_id.hex}:{self.use}"

    @property
    def is_primary(self) -> bool:
        """Whether it is the person's main address of its use."""
        return self.slot is not None


PROFILE_FIELDS = ("name", "given_name", "family_name", "organisation", "language")
ADDRESS_FIELDS = (
    "label",
    "name",
    "organisation",
    "line1",
    "line2",
    "line3",
    "dependent_locality",
    "locality",
    "region",
    "postcode",
    "sorting_code",
    "country",
)
