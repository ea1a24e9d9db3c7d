"""What staff see of a person: that something is there, and the values for a purpose they name, which is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import Exists, OuterRef, QuerySet

from onvif_privacy.core import gate, ledger
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import Field, Purpose, personal_data, purposes
from onvif_privacy.people.models import Address, ContactPoint, Device, Person, Profile
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS, PROFILE_FIELDS

MASK = "•••"
_MODELS = ((Profile, PROFILE_FIELDS), (ContactPoint, ("email", "phone")), (Address, ADDRESS_FIELDS))


@dataclass(frozen=True)
class Fact:
    """One value on the screen; masked unless it may be read."""

    label: str
    value: str


@dataclass(frozen=True)
class Part:
    """One row of a person."""

    title: str
    facts: tuple[Fact, ...]


def kept() -> QuerySet[Any]:
    """Return the people of whom this room keeps something."""
    here = [Exists(model.objects.filter(subject=OuterRef("pk"))) for model in (Profile, ContactPoint, Address, Device)]
    condition = here[0] | here[1] | here[2] | here[3]
    return Person.objects.filter(condition).order_by("-created_on", "pk")


def revealing() -> list[Purpose]:
    """Return the purposes in whose name staff may read values: declared here, and recorded for each person."""
    named = {
        slug
        for model, names in _MODELS
        for name in names
        if isinstance(field := personal_data.get(model._meta.label_lower).fields.get(name), Field)
        for slug in field.purposes
    }
    return [one for one in purposes.all() if one.slug in named and one.record == "each" and not one.exits]


def find(term: str, actor: AbstractBaseUser) -> list[Any]:
    """Return the ids of people by a full e-mail address or telephone number, through the blind index, or by reference.

    Whoever is found by an address is an entry, like everybody who is read.
    """
    named = Subject.objects.all().by_reference(term)
    if named is not None:
        return [named.pk]
    with gate.scope("operation", actor=actor):
        field = "email" if "@" in term else "phone"
        rows = gate.find(ContactPoint.objects.all(), **{field: term})
        return [row.subject_id for row in rows]


def record_view(subject: Subject, actor: AbstractBaseUser) -> None:
    """Write that a member of staff looked at the person's screen."""
    with transaction.atomic(using=router.db_for_write(Entry)):
        ledger.record("people.viewed", subject=subject, payload={}, actor=actor)


def masked(subject: Subject) -> list[Part]:
    """Return what is kept of a person, every value masked."""
    return _parts(subject)


def revealed(subject: Subject, purpose: str, actor: AbstractBaseUser) -> list[Part]:
    """Return what is kept of a person, in the clear where the purpose allows it. Raises ValueError for others."""
    if purpose not in {one.slug for one in revealing()}:
        raise ValueError("not a purpose that staff may read for")
    with gate.scope(purpose, actor=actor, subject=subject):
        return _parts(subject)


def _parts(subject: Subject) -> list[Part]:
    found = []
    for model, names in _MODELS:
        for row in model.objects.filter(subject=subject).order_by("added_on", "pk"):
            values = ((field, getattr(row, field.name)) for field in model._meta.concrete_fields if field.name in names)
            facts = tuple(
                Fact(str(field.verbose_name), MASK if isinstance(value, Sealed) else str(value))
                for field, value in values
                if value
            )
            title = str(model._meta.verbose_name) if model is Profile else str(row)
            found.append(Part(title[:1].upper() + title[1:], facts))
    return found
