"""E-mail addresses and telephone numbers."""

from __future__ import annotations

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import ContactPoint
from onvif_privacy.people.services.recording import changing, hand_on, make_primary, record, room_for
from onvif_privacy.people.services.values import normal_email, normal_phone

Kind = ContactPoint.Kind


def add_contact(
    *, subject: Subject, kind: str, value: str, use: str = "home", primary: bool = False, country: str = ""
) -> ContactPoint:
    """Keep an e-mail address or a telephone number; the row that holds it already is returned as it is.

    The first of a kind is the main one; ``primary=True`` makes this one. ``country`` says where a number without
    ``+`` is dialled. Raises ValidationError for a value that is none, ValueError for an unknown kind or use, TooMany,
    PeopleError.
    """
    kind, use = Kind(kind).value, ContactPoint.Use(use).value
    normal = normal_email(value) if kind == Kind.EMAIL else normal_phone(value, country)
    with changing(subject):
        mine = ContactPoint.objects.filter(subject=subject, kind=kind)
        with gate.scope("own_access", subject=subject):
            known = gate.find(mine, **{kind: normal})
        if known:
            row: ContactPoint = known[0]
        else:
            room_for(mine)
            row = ContactPoint(subject=subject, kind=kind, use=use, **{kind: normal})
            row.save(force_insert=True)
            record("added", row)
        if primary or not mine.exclude(slot=None).exists():
            make_primary(row)
    return row


def prefer_contact(*, contact: ContactPoint) -> None:
    """Make this the person's main one of its kind. Raises PeopleError."""
    with changing(contact.subject):
        make_primary(contact)
        record("preferred", contact)


def forget_contact(*, contact: ContactPoint) -> None:
    """Delete a contact point; another of its kind takes its place. Raises PeopleError."""
    with changing(contact.subject):
        record("forgotten", contact)
        contact.__class__.objects.filter(pk=contact.pk).delete()
        if contact.is_primary:
            hand_on(contact)
