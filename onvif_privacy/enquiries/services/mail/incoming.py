"""A mail becomes an enquiry, or is added to one: once, whatever happens between storing it and moving it away."""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections import Counter

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from onvif_privacy.core import incidents
from onvif_privacy.enquiries.models import Channel, Direction, Enquiry, Entry, Intake, Kind, Letter
from onvif_privacy.enquiries.models.numbers import refs_in
from onvif_privacy.enquiries.services import entries, letters, receiving, tokens
from onvif_privacy.enquiries.services.entries import Upload, mac
from onvif_privacy.enquiries.services.mail.boxes import Box, TooLarge
from onvif_privacy.enquiries.services.mail.parsing import Parsed, parse
from onvif_privacy.enquiries.services.mail.probing import seen
from onvif_privacy.enquiries.services.receiving import Message, normal_address
from onvif_privacy.enquiries.services.states import using

logger = logging.getLogger(__name__)
Result = Intake.Result


def _uuid(words: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(words)
    except ValueError:
        return None


def _named(parsed: Parsed) -> list[Enquiry]:
    """Return the enquiries that a mail names: by number in its subject line, or as an answer to a letter of ours."""
    rows = Enquiry.objects.using(using())
    found = list(rows.filter(ref__in=refs_in(parsed.subject)[:5]))
    ids = [one for one in map(_uuid, parsed.answers) if one is not None]
    if not found and ids:
        answered = Letter.objects.using(using()).filter(pk__in=ids).values("enquiry")
        found = list(rows.filter(pk__in=answered)[:5])
    return found


def _follows(parsed: Parsed, named: list[Enquiry]) -> Enquiry | None:
    """Return the one open enquiry that a mail belongs to: it names it, and comes from its address."""
    if len(named) != 1 or parsed.automatic:
        return None
    (enquiry,) = named
    known = enquiry.address_mac and enquiry.address_mac == mac("address", normal_address(parsed.sender))
    return enquiry if known and enquiry.is_open and tokens.is_valid(enquiry) else None


def _message(parsed: Parsed) -> Message:
    words = "\n\n".join(one for one in (parsed.subject, parsed.text) if one)
    return Message(
        kind=Kind.COMPLAINT,  # doubt favours the person; staff can say that it is a comment
        channel=Channel.EMAIL,
        text=words if entries.cleaned(words) else _("(no text)"),
        address=parsed.sender,
        files=parsed.files,
        language=settings.LANGUAGE_CODE,
    )


def _suspicion(parsed: Parsed) -> str:
    if parsed.automatic:
        return parsed.automatic
    if letters.was_acknowledged_lately(mac("address", normal_address(parsed.sender))):
        return "again"  # one acknowledgement for an address and hour: whatever answers us, it ends here
    return ""


def _new(parsed: Parsed, key: str, named: list[Enquiry]) -> tuple[str, Entry]:
    quarantined = _suspicion(parsed)
    made = receiving.receive(_message(parsed), key=key, quarantined=quarantined)
    if named:
        words = _("The mail names %(refs)s, but comes from another address, or that one is closed.")
        names = ", ".join(one.ref for one in named)
        entries.add(made.enquiry, Direction.NOTE, words % {"refs": names})
    return (Result.QUARANTINED if quarantined else Result.NEW), made.entry


def _unreadable(raw: bytes, key: str) -> Entry:
    message = Message(
        kind=Kind.COMPLAINT,
        channel=Channel.EMAIL,
        text=_("This mail could not be read. It is kept whole, as a file."),
        files=(Upload("mail.eml", raw),),
        language=settings.LANGUAGE_CODE,
    )
    return receiving.receive(message, key=key, quarantined="unreadable").entry


def _stored(raw: bytes, key: str) -> tuple[str, Entry | None]:
    parsed = parse(raw)
    if parsed is None:
        return Result.UNREADABLE, _unreadable(raw, key)
    if seen(parsed.subject):
        return Result.PROBE, None
    named = _named(parsed)
    enquiry = _follows(parsed, named)
    if enquiry is not None:
        text = parsed.text if entries.cleaned(parsed.text) else parsed.subject or _("(no text)")
        return Result.FOLLOW_UP, receiving.follow_up(enquiry, text, key=key, files=parsed.files, proven=False)
    return _new(parsed, key, named)


def take(raw: bytes) -> str:
    """Store one mail and return what it became, ``duplicate`` where its bytes were read before.

    One transaction: whoever dies after it finds the digest in the next run. Raises DatabaseError, OSError.
    """
    key = hashlib.sha256(raw).hexdigest()
    if Intake.objects.using(using()).filter(digest=key).exists():
        return "duplicate"
    try:
        with override(settings.LANGUAGE_CODE), transaction.atomic(using=using()):
            result, entry = _stored(raw, key)
            Intake(digest=key, result=result, entry=entry, size=len(raw)).save(force_insert=True, using=using())
    except IntegrityError:  # another machine was reading the same mail
        if Intake.objects.using(using()).filter(digest=key).exists():
            return "duplicate"
        raise
    return str(result)


def take_all(box: Box, *, deadline: float) -> Counter[str]:
    """Store what waits in a mailbox, until ``deadline`` (of `time.monotonic`); returns how many became what.

    Each is moved away only after it was stored; one that cannot be stays, and the others are still read. Raises
    BoxAway, and at the end RuntimeError where something stayed.
    """
    found: Counter[str] = Counter()
    with box:
        for name in box.waiting():
            if time.monotonic() >= deadline:
                break
            try:
                result = take(box.read(name))
            except TooLarge:
                found["too_large"] += 1
                reference = hashlib.sha256(name.encode()).hexdigest()[:40]
                incidents.alarm("enquiries.mail", reference=reference, details={"why": "too large, stays there"})
                continue
            except (DatabaseError, OSError) as error:
                logger.error("a mail could not be stored and stays where it is: %s", type(error).__name__)
                found["failed"] += 1
                continue
            box.done(name)
            found[result] += 1
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} mails could not be stored")
    return found
