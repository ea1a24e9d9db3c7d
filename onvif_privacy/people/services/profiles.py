"""How somebody wants to be called."""

from __future__ import annotations

from collections.abc import Mapping

from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import Profile
from onvif_privacy.people.models.contacts import PROFILE_FIELDS
from onvif_privacy.people.services.recording import changing, record
from onvif_privacy.people.services.values import storable


def set_profile(*, subject: Subject, values: Mapping[str, str]) -> Profile:
    """Keep the given fields of a profile and leave the others; an empty one is kept as nothing.

    Raises TypeError for a field that a profile does not have, ValidationError, PeopleError.
    """
    if unknown := sorted(set(values) - set(PROFILE_FIELDS)):
        raise TypeError(f"A profile has no {', '.join(unknown)}.")
    with changing(subject):
        row = Profile.objects.filter(subject=subject).first() or Profile(subject=subject)
        for name, value in values.items():
            setattr(row, name, storable(value or "") or None)
        row.save()
        record("set", row, values)
    return row
