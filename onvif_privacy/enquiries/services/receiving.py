"""Taking in: a message becomes an enquiry, or is added to one; stored, numbered and answered, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from onvif_privacy.core import ledger, limits
from onvif_privacy.enquiries.conf import conf
from onvif_privacy.enquiries.models import Channel, Direction, Enquiry, Entry, Kind, normal_ref
from onvif_privacy.enquiries.services import clauses, deadlines, entries, letters, tokens
from onvif_privacy.enquiries.services.deadlines import Calendar, Clock
from onvif_privacy.enquiries.services.entries import Hasher, Upload, files_with_rows
from onvif_privacy.enquiries.services.states import NotNow, began, by, locked, using

HOUR = 3_600
SAME_TEXT_WITHIN = timedelta(days=1)
SITE = "site"  # the key under which all networks are counted
BY_STAFF = (Channel.POST, Channel.TELEPHONE, Channel.STAFF)


class Conflict(Exception):
    """The form was sent before with other words. Answer 409."""


@dataclass(frozen=True)
class Message:
    """What somebody sends. ``address`` and ``complained_on`` may be missing; ``clauses`` are slugs."""

    kind: Kind
    channel: Channel
    text: str
    address: str = ""
    clauses: Sequence[str] = ()
    complained_on: date | None = None
    files: Sequence[Upload] = ()
    language: str = ""

    def __repr__(self) -> str:
        return f"<Message {self.kind} {self.channel}>"


@dataclass(frozen=True)
class Received:
    """What became of a message; ``code`` opens it together with its number, and is shown once.

    ``clocks`` are those that the person is told of.
    """

    enquiry: Enquiry
    entry: Entry
    code: str
    clocks: list[Clock] = field(default_factory=list)


def normal_address(address: str) -> str:
    """Return the form in which two spellings of an address are equal."""
    column = Enquiry._meta.get_field("reply_to")
    return str(column.indexable(address.strip()))


def by_form(message: Message, *, key: str, network: str, age: float, filled_trap: bool) -> Received:
    """Take in what came by form, as `receive` does; what is suspicious is looked at first."""
    hasher = Hasher.load()  # once for both
    quarantined = _suspicion(message, network=network, age=age, filled_trap=filled_trap, hasher=hasher)
    return receive(message, key=key, quarantined=quarantined, hasher=hasher)


def _suspicion(message: Message, *, network: str, age: float, filled_trap: bool, hasher: Hasher) -> str:
    """Say why a message by form is looked at first: a code, empty where there is no reason. Counts the message."""
    own = limits.allow("enquiries.network", network, limit=conf.AN_HOUR, seconds=HOUR)
    # what one network sends too much of does not use up what all of them may send
    whole = not own or limits.allow("enquiries.site", SITE, limit=conf.SITE_AN_HOUR, seconds=HOUR)
    if filled_trap:
        return "trap"
    if age < tokens.QUICKEST_SECONDS:
        return "quick"
    if not own or not whole:
        return "many"
    return "same" if _said_before(message.text, hasher) else ""


def _said_before(text: str, hasher: Hasher) -> bool:
    known = hasher.of("text", entries.cleaned(text))
    since = timezone.now() - SAME_TEXT_WITHIN
    return Entry.objects.using(using()).filter(text_mac=known, at__gt=since, direction=Direction.IN).exists()


def _known(key: str, text: str, hasher: Hasher | None = None) -> Received | None:
    """Return what a form that was sent before became; raises Conflict where its words were others."""
    entry = Entry.objects.using(using()).select_related("enquiry__subject").filter(key=key).first()
    if entry is None:
        return None
    if entry.text_mac != (hasher or Hasher.load()).of("text", entries.cleaned(text)):
        raise Conflict
    return Received(entry.enquiry, entry, tokens.code_for(key), deadlines.told(entry.enquiry))


def receive(
    message: Message,
    *,
    key: str,
    quarantined: str = "",
    received_at: datetime | None = None,
    actor: AbstractBaseUser | None = None,
    hasher: Hasher | None = None,
) -> Received:
    """Take a message in as a new enquiry: stored, numbered, tied to its clauses, and acknowledged.

    The same ``key`` is the same enquiry. What staff enter needs ``actor``. A caller that has read the secret of
    hashes already gives it along. Raises Conflict; ValueError for a day in the future, for no text and for what staff
    should have entered.
    """
    now = timezone.now()
    if (received_at or now) > now:
        raise ValueError("It cannot have been received in the future.")
    if (message.channel in BY_STAFF) != (actor is not None):
        raise ValueError("What comes by letter or telephone is entered by somebody; the rest by nobody.")
    if not entries.cleaned(message.text):
        raise ValueError("A message has a text.")
    with files_with_rows() as saved, transaction.atomic(using=using()):
        hasher = hasher or Hasher.load()
        if known := _known(key, message.text, hasher):
            return known
        enquiry = _inserted(message, quarantined, received_at or now, actor, hasher)
        entry = entries.add_first(enquiry, message.text, key=key, hasher=hasher)
        entries.attach(entry, message.files, saved)
        for slug in dict.fromkeys(message.clauses):
            clauses.link(enquiry, slug)
        code, calendar = tokens.give_code(enquiry, key), Calendar.present()
        began(enquiry, calendar, acknowledged=_answered(enquiry))
    return Received(enquiry, entry, code, deadlines.told(enquiry, calendar=calendar, pauses=()))


def _answered(enquiry: Enquiry) -> bool:
    """Have a letter written, unless one has just gone to that address; whether it counts as acknowledged at once.

    What came by form or was entered in the presence of its sender is acknowledged there.
    """
    if enquiry.quarantined or enquiry.channel in (Channel.POST, Channel.TELEPHONE):
        return False
    shown = enquiry.channel != Channel.EMAIL
    if shown and enquiry.address_mac and letters.was_acknowledged_lately(enquiry.address_mac):
        return True
    return letters.tell_receipt(enquiry) is None or shown


def _inserted(
    message: Message, quarantined: str, received_at: datetime, actor: AbstractBaseUser | None, hasher: Hasher
) -> Enquiry:
    address = message.address.strip()
    enquiry = Enquiry(
        kind=message.kind,
        channel=message.channel,
        language=(message.language or get_language() or "")[:16],
        reply_to=address or None,
        address_mac=hasher.of("address", normal_address(address)) if address else "",
        addressed=bool(address),
        complained_on=message.complained_on,
        quarantined=quarantined,
        received_at=received_at,
        entered_by=by(actor),
    )
    enquiry.save(force_insert=True, using=using())
    return enquiry


def follow_up(enquiry: Enquiry, text: str, *, key: str, files: Iterable[Upload] = (), proven: bool = True) -> Entry:
    """Add a message of the person to an open enquiry. The same ``key`` is the same message.

    ``proven`` False: somebody only wrote from its address. Raises Conflict, NotNow for a closed one, ValueError.
    """
    if not entries.cleaned(text):
        raise ValueError("A message has a text.")
    with files_with_rows() as saved, locked(enquiry) as found:
        if known := _known(key, text):
            return known.entry
        if not found.is_open or found.ended_at is not None:
            raise NotNow("It is closed.")
        entry = entries.add(found, Direction.IN, text, key=key, proven=proven)
        entries.attach(entry, files, saved)
        ledger.record("enquiries.message", subject=found.subject, payload={"enquiry": found.ref})
    return entry


__all__ = ["Conflict", "Message", "Received", "by_form", "follow_up", "normal_address", "normal_ref", "receive"]
