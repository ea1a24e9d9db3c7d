"""Who is meant: a subject, every subject that was merged into it, and the addresses that were proven."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.subjects import merged
from onvif_privacy.rights.services.holdings.claiming import Proven, claimed


@dataclass(frozen=True)
class Person:
    """A subject with all that belongs to it. ``subjects`` begins with the one that was asked for."""

    subject: Subject
    subjects: tuple[Subject, ...]
    proven: tuple[Proven, ...] = field(default=(), repr=False)


_open: ContextVar[Person | None] = ContextVar("onvif_privacy_rights_person", default=None)


def person(subject: Subject) -> Person:
    """Return the whole person; needs the gate open for their ``own_access``. Two queries; none in `opened`."""
    known = _open.get()
    if known is not None and known.subject.pk == subject.pk:
        return known
    everyone = merged(subject)
    return Person(subject, everyone, tuple(claimed(subject)))


@contextmanager
def opened(subject: Subject) -> Iterator[tuple[gate.Scope, Person]]:
    """Open the gate for a person's own access and gather who they are, once for all that happens inside."""
    with gate.scope("own_access", subject=subject) as scope:
        found = person(subject)
        before = _open.set(found)
        try:
            yield scope, found
        finally:
            _open.reset(before)
