"""Subjects: finding or making the one identity of a person, and joining two of them."""

from onvif_privacy.core.subjects.identity import by_reference, correspondent, for_user, visitor
from onvif_privacy.core.subjects.merging import merge
from onvif_privacy.core.subjects.restriction import restrict, unrestrict

__all__ = ["by_reference", "correspondent", "for_user", "merge", "restrict", "unrestrict", "visitor"]
