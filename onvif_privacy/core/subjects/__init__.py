"""Subjects: finding or making the one identity of a person, joining two of them, and how surely they signed in."""

from onvif_privacy.core.subjects.identity import by_reference, correspondent, for_user, merged, visitor
from onvif_privacy.core.subjects.merging import merge
from onvif_privacy.core.subjects.restriction import restrict, unrestrict
from onvif_privacy.core.subjects.signing_in import Strength, by_password, confirm, strength

__all__ = [
    "Strength",
    "by_password",
    "by_reference",
    "confirm",
    "correspondent",
    "for_user",
    "merge",
    "merged",
    "restrict",
    "strength",
    "unrestrict",
    "visitor",
]
