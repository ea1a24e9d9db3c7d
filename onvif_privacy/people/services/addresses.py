"""Postal addresses, several of each use."""

from __future__ import annotations

from collections.abc import Mapping

from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import Address
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS
from onvif_privacy.people.services.recording import changing, hand_on, make_primary, record, room_for
from onvif_privacy.people.services.values import storable


def set_address(
    *, subject: Subject, use: str, values: Mapping[str, str], address: Address | None = None, primary: bool = False
) -> Address:
    """Keep a new address, or other words for ``address``; an empty field is kept as nothing.

    The first of a use is the main one; ``primary=True`` makes this one. Raises TypeError for a field that an address
    does not have, ValueError for an unknown use or another person's address, ValidationError, TooMany, PeopleError.
    """
    if unknown := sorted(set(values) - set(ADDRESS_FIELDS)):
        raise TypeError(f"An address has no {', '.join(unknown)}.")
    if address is not None and address.subject_id != subject.pk:
        raise ValueError("This address is another person's.")
    use = Address.Use(use).value
    with changing(subject):
        row = address or Address(subject=subject, use=use)
        was_primary_of = row.use if row.is_primary else None
        if address is None:
            room_for(Address.objects.filter(subject=subject))
        elif row.use != use:
            row.use, row.slot = use, None
        for name, value in values.items():
            setattr(row, name, storable(value or "") or None)
        row.save(force_insert=address is None)
        record("added" if address is None else "changed", row, values)
        if was_primary_of not in (None, use):
            hand_on(Address(subject=subject, use=was_primary_of))
        if primary or not Address.objects.filter(subject=subject, use=use).exclude(slot=None).exists():
            make_primary(row)
    return row


def forget_address(*, address: Address) -> None:
    """Delete an address; another of its use takes its place. Raises PeopleError."""
    with changing(address.subject):
        record("forgotten", address)
        Address.objects.filter(pk=address.pk).delete()
        if address.is_primary:
            hand_on(address)
