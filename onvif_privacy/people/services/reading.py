"""What a person sees of what they gave, read under their own access."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import Address, ContactPoint, Profile
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS, PROFILE_FIELDS
from onvif_privacy.people.services.postal import lines
from onvif_privacy.people.services.values import shown_phone


@dataclass(frozen=True)
class Contact:
    """One e-mail address or telephone number, in the clear."""

    id: uuid.UUID
    kind: str
    use: str
    value: str
    proven_at: datetime | None
    is_primary: bool

    @property
    def use_label(self) -> str:
        """Where somebody is reached by it, in words."""
        return str(ContactPoint.Use(self.use).label)

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return shown_phone(self.value) if self.kind == ContactPoint.Kind.PHONE else self.value


@dataclass(frozen=True)
class Postal:
    """One address, in the clear; ``values`` are its fields that hold something."""

    id: uuid.UUID
    use: str
    is_primary: bool
    values: Mapping[str, str]

    @property
    def use_label(self) -> str:
        """What it is for, in words."""
        return str(Address.Use(self.use).label)

    @property
    def lines(self) -> list[str]:
        """The address as it stands on an envelope."""
        return lines(self.values)


@dataclass(frozen=True)
class Details:
    """Everything of one person that this room keeps of names, contacts and addresses."""

    profile: Mapping[str, str] = field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    addresses: tuple[Postal, ...] = ()

    def address(self, use: str) -> Postal | None:
        """Return the main address of a use; None where there is none."""
        return next((one for one in self.addresses if one.use == use and one.is_primary), None)

    def contact(self, kind: str) -> Contact | None:
        """Return the main contact of a kind; None where there is none."""
        return next((one for one in self.contacts if one.kind == kind and one.is_primary), None)


def _filled(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: values[name] for name in names if values[name]}


def _contact(row: Any) -> Contact:
    value = row["email"] or row["phone"] or ""
    return Contact(row.pk, row["kind"], row["use"], value, row["proven_at"], row["slot"] is not None)


def details(subject: Subject) -> Details:
    """Return what somebody gave, for themselves to see; the main ones of a kind come first. 13 queries at most.

    Raises GateClosed.
    """
    with gate.scope("own_access", subject=subject) as scope:
        profiles = list(scope.read(Profile.objects.of(subject), PROFILE_FIELDS))
        points = scope.read(ContactPoint.objects.of(subject), ("email", "phone", "kind", "use", "proven_at", "slot"))
        contacts = [_contact(row) for row in points]
        addresses = [
            Postal(row.pk, row["use"], row["slot"] is not None, _filled(row.values, ADDRESS_FIELDS))
            for row in scope.read(Address.objects.of(subject), (*ADDRESS_FIELDS, "use", "slot"))
        ]
    return Details(
        profile=_filled(profiles[0].values, PROFILE_FIELDS) if profiles else {},
        contacts=tuple(sorted(contacts, key=lambda one: (one.kind, not one.is_primary, str(one.id)))),
        addresses=tuple(sorted(addresses, key=lambda one: (one.use, not one.is_primary, str(one.id)))),
    )
