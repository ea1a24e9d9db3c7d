"""Naming people inside a case: by their id, sealed, and by a keyed hash that is good within this case only."""

from __future__ import annotations

import uuid

from onvif_privacy.core.keys import mac, subject_key
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import Case


def tag_of(case: Case | uuid.UUID, person: uuid.UUID) -> str:
    """Return the 32 hex digits by which a person is known within one case; raises KeyDestroyed after its end."""
    case_id = case if isinstance(case, uuid.UUID) else case.pk
    return mac(subject_key(case_id, "record").secret, b"disclosures|person|" + person.bytes).hex()[:32]


def find(selector: str) -> list[Subject]:
    """Return the people that a letter may mean: a reference of ours, a user name or a proven address; each once."""
    from django.contrib.auth import get_user_model

    from onvif_privacy.core import contacts
    from onvif_privacy.core.querysets import SubjectQuerySet

    words = selector.strip()
    found: dict[uuid.UUID, Subject] = {}
    rows: SubjectQuerySet = Subject.objects.all()
    if (known := rows.by_reference(words)) is not None:
        found[known.pk] = known
    users = get_user_model()._default_manager
    name = get_user_model().USERNAME_FIELD
    for user in users.filter(**{name: words})[:2]:
        one = Subject.objects.for_user(user)
        found[one.pk] = one
    if "@" in words:
        for one in contacts.holders(words).proven:
            found[one.pk] = one
    return [one for one in found.values() if one.erased_at is None]


def by_id(person: str) -> Subject | None:
    """Return the person of an id as an item holds it; None where there is nobody of that id."""
    return Subject.objects.filter(pk=uuid.UUID(person)).first()
