"""What this room declares: what is personal in its tables, what for, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from onvif_privacy.core.registry import (
    Code,
    EntryKind,
    Field,
    PersonalData,
    Ref,
    Slug,
    declare,
    delete,
)
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS, PROFILE_FIELDS


def _more(name: str) -> tuple[str, ...]:
    """Return the purposes that the site adds to a field; read raw, since a wrong type is for the check to report."""
    added: Any = getattr(settings, "ONVIF_PRIVACY_PEOPLE_PURPOSES", {})
    found = added.get(name, ()) if isinstance(added, Mapping) else ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, (list, tuple)) else ()


def _field(name: str, data_class: str, reach: str = "") -> Field:
    # an address by which somebody is reached is changed on this room's own page, where it is proven
    correct: Any = None if reach else "self"
    return Field(data_class, purposes=("operation", *_more(name)), reach=reach, correct=correct)


declare(
    PersonalData(
        model="onvif_privacy_people.Profile",
        subjects={"person": "subject"},
        fields={name: _field(name, "identity") for name in PROFILE_FIELDS},
        not_personal=("id", "subject", "added_on"),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.ContactPoint",
        subjects={"person": "subject"},
        fields={"email": _field("email", "contact", "email"), "phone": _field("phone", "contact", "phone")},
        not_personal=(
            "id",
            "subject",
            "added_on",
            "kind",
            "use",
            "proven_at",
            "slot",
            "email_index",
            "phone_index",
        ),
        row=delete(),
    ),
    PersonalData(
        model="onvif_privacy_people.Address",
        subjects={"person": "subject"},
        fields={name: _field(name, "contact") for name in ADDRESS_FIELDS},
        not_personal=("id", "subject", "added_on", "use", "slot"),
        row=delete(),
    ),
    EntryKind("people.changed", {"change": Code, "fields": [Slug], "model": Slug, "row": Ref}),
)
