"""Models with encrypted fields: of a subject, of a row, of a record with a key of its own."""

from __future__ import annotations

import uuid

from django.db import models

from onvif_privacy.core.fields import (
    BlindIndex,
    EncryptedBinaryField,
    EncryptedDateField,
    EncryptedEmailField,
    EncryptedIntegerField,
    EncryptedJsonField,
    EncryptedTextField,
    RowKeyField,
    StatementField,
)
from onvif_privacy.core.models import Outgoing


class Order(models.Model):
    """An order of a person; every kind of encrypted field, and plain columns beside them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("onvif_privacy.Subject", models.PROTECT, null=True, related_name="+")
    email = EncryptedEmailField(subject="owner", index=BlindIndex(rows=1_000), blank=True)
    name = EncryptedTextField(subject="owner", null=True, blank=True)
    born = EncryptedDateField(subject="owner", null=True, blank=True)
    age = EncryptedIntegerField(subject="owner", null=True, blank=True)
    meta = EncryptedJsonField(subject="owner", null=True, blank=True)
    photo = EncryptedBinaryField(subject="owner", null=True)
    health = EncryptedTextField(subject="owner", sensitive=True, null=True, blank=True)
    invoice = EncryptedTextField(subject="owner", null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    number = models.IntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Parcel(models.Model):
    """A row whose key the database makes, and whose values nobody owns."""

    row_key = RowKeyField()
    note = EncryptedTextField(subject=None, blank=True)
    code = models.CharField(max_length=10, unique=True, null=True)  # noqa: DJ001 - several rows have none

    def __str__(self) -> str:
        return str(self.pk)


class Case(models.Model):
    """A record with a key of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    summary = EncryptedTextField(subject="id", blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Letter(models.Model):
    """Sealed under the key of its case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE)
    body = EncryptedTextField(subject="case")

    def __str__(self) -> str:
        return str(self.pk)


class Signup(models.Model):
    """Collected by a form, under the statement of that moment."""

    topic = models.CharField(max_length=20, blank=True)
    collected_on = models.DateField(null=True)
    statement = StatementField(time_field="collected_on")

    def __str__(self) -> str:
        return str(self.pk)


class Postcard(Outgoing):
    """A letter of the site's own."""

    address = models.EmailField(blank=True)
    words = models.CharField(max_length=100, default="Greetings")

    class Meta(Outgoing.Meta):
        indexes = [models.Index(fields=["state", "not_before"], name="hostapp_postcard_due")]
