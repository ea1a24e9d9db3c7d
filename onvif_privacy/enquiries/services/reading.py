"""Reading what is sealed: through the gate, for staff with an entry, for the person as their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from onvif_privacy.core import gate, ledger
from onvif_privacy.enquiries.models import Attachment, Direction, Enquiry, Entry
from onvif_privacy.enquiries.services.states import using

PURPOSE = "enquiries"  # answering; holds for everybody who was not asked to be left alone
STAFF_PURPOSE = "legal_duty"  # reading by staff: holds for restricted people, too, and each reading is an entry


@dataclass(frozen=True)
class File:
    """A file of a message, with the name that somebody gave it."""

    row: Attachment
    name: str


@dataclass(frozen=True)
class Line:
    """One entry as it is read. ``words`` None: they have ended."""

    entry: Entry
    words: str | None
    files: tuple[File, ...] = field(default=())

    @property
    def direction(self) -> Direction:
        """Who speaks."""
        return Direction(self.entry.direction)

    @property
    def at(self) -> datetime:
        """When it was said."""
        return self.entry.at


def _words(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _read(enquiry: Enquiry, directions: Iterable[str]) -> list[Line]:
    rows = Entry.objects.using(using()).filter(enquiry=enquiry, direction__in=list(directions)).order_by("sequence")
    files: dict[object, list[File]] = {}
    for one in Attachment.objects.using(using()).filter(enquiry=enquiry):
        files.setdefault(one.entry_id, []).append(File(one, _words(one.name) or "–"))
    return [Line(row, _words(row.body), tuple(files.get(row.pk, ()))) for row in rows]


def for_staff(enquiry: Enquiry, *, actor: AbstractBaseUser) -> list[Line]:
    """Return everything that was said, for staff; that they opened it is an entry, written first."""
    with transaction.atomic(using=using()):
        ledger.record("enquiries.looked", subject=enquiry.subject, payload={"enquiry": enquiry.ref}, actor=actor)
    with gate.scope(STAFF_PURPOSE, actor=actor):
        return _read(enquiry, Direction.values)


def _of_person(enquiry: Enquiry) -> gate.scope:
    """Return the scope in which an enquiry is read for its own person, restricted or not."""
    if enquiry.subject is not None:
        return gate.scope("own_access", subject=enquiry.subject)
    return gate.scope(PURPOSE)


def for_person(enquiry: Enquiry) -> list[Line]:
    """Return what the person may see: their own messages and our answers, no notes."""
    with _of_person(enquiry):
        return _read(enquiry, (Direction.IN, Direction.OUT))


def address_of(enquiry: Enquiry) -> str | None:
    """Return the address to answer to; None where there is none, or it has ended."""
    if not enquiry.addressed:
        return None
    fresh = Enquiry.objects.using(using()).select_related("subject").get(pk=enquiry.pk)
    with _of_person(fresh):
        return _words(fresh.reply_to)


def secret_of(row: object, name: str, enquiry: Enquiry) -> str | None:
    """Return a sealed word that goes into a letter to the person of an enquiry."""
    with gate.scope(PURPOSE):
        return _words(getattr(row, name))


def name_for_staff(attachment: Attachment, *, actor: AbstractBaseUser) -> str:
    """Return the name that somebody gave a file, for staff."""
    with gate.scope(STAFF_PURPOSE, actor=actor):
        return _words(attachment.name) or "file"


def name_of(attachment: Attachment) -> str:
    """Return the name that somebody gave a file, for whoever may have the file itself."""
    with _of_person(attachment.enquiry):
        return _words(attachment.name) or "file"
