"""Holds: sealed copies that a duty keeps, and the one thing they ask of eraser and retention – to wait, once.

A hold freezes no live row: erasure and retention run for everyone alike. What a law obliges to keep in the live
tables is a purpose with a term.
"""

from __future__ import annotations

from collections.abc import Sequence

from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Held, hold_providers

__all__ = ["Held", "covering", "listed", "waits"]


def covering(subject: Subject, label: str, fields: Sequence[str]) -> list[Held]:
    """Return every copy of these fields of a model (``app.Model``) about the subject, the first to end first.

    Asks every declared `HoldProvider`. Whatever one of them raises is raised: who cannot be asked has not said no.
    """
    found = [one for provider in hold_providers.all() for one in provider.covering(subject, label, tuple(fields))]
    return sorted(found, key=lambda held: (held.until, held.reference))


def waits(subject: Subject, label: str, fields: Sequence[str]) -> bool:
    """Whether a copy of these fields is being taken, so that the rows are left to the next run."""
    return any(held.wait for held in covering(subject, label, fields))


def listed(subject: Subject, label: str, fields: Sequence[str]) -> list[Held]:
    """Return the copies that may be named to the person."""
    return [held for held in covering(subject, label, fields) if held.listable]
