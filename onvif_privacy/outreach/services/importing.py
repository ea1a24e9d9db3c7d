"""Bringing an old mailing list along: with the evidence of each address, or not at all.

A line without the words that were shown, the day, and where the proof lies is refused; so is one that names another
purpose or no address. Who unsubscribed here stays unsubscribed, whatever a list says.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import consent, contacts, ledger, subjects
from onvif_privacy.core.consent import ContextRef, Method, ObjectionStands, Outcome, SubjectGone
from onvif_privacy.core.models import Notice, Subject
from onvif_privacy.outreach.models import Subscriber
from onvif_privacy.outreach.services import optin, purposes, suppression

COLUMNS: Final = ("email", "purpose", "language", "shown", "agreed_on", "proof")
"""What a line must hold: ``shown`` are the words beside the button, ``proof`` says where the evidence lies."""
PERMISSION: Final = "onvif_privacy_outreach.add_subscriber"
MOST_CHARACTERS: Final = 4000


class NotAList(ValueError):
    """The file has no line, or lacks a column."""


@dataclass
class Imported:
    """What became of the lines: how many were taken, and of the others how many for which reason."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    lines: dict[int, str] = field(default_factory=dict)

    def refuse(self, number: int, why: str) -> None:
        """Note a line that was not taken; its number is that in the file."""
        self.refused[why] += 1
        self.lines[number] = why


def _day(words: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found <= timezone.now() else None


def _why_not(row: Mapping[str, str]) -> str:
    """Say why a line is no evidence; empty where it is."""
    if any(not (row.get(name) or "").strip() for name in COLUMNS):
        return "incomplete"
    if any(len(row[name]) > MOST_CHARACTERS or "\0" in row[name] for name in COLUMNS):
        return "unreadable"
    try:
        validate_email(row["email"].strip())
    except ValidationError:
        return "address"
    if purposes.asked_for(row["purpose"].strip()) is None:
        return "purpose"
    return "" if _day(row["agreed_on"].strip()) else "day"


def _rows(file: IO[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(file)
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise NotAList(f"The list lacks: {', '.join(sorted(missing))}. It has the columns {', '.join(COLUMNS)}.")
    for row in reader:
        yield reader.line_num, {key: value for key, value in row.items() if key in COLUMNS and isinstance(value, str)}


def bring(file: IO[str], *, actor: AbstractBaseUser) -> Imported:
    """Take a list in CSV; each line is one transaction, so a run that is cut off can be repeated.

    Raises PermissionDenied, NotAList.
    """
    if not actor.has_perm(PERMISSION):  # type: ignore[attr-defined]
        raise PermissionDenied
    done, whole = Imported(), hashlib.sha256()
    for number, row in _rows(file):
        whole.update(repr(sorted(row.items())).encode())
        why = _why_not(row) or _take(row, actor)
        if why:
            done.refuse(number, why)
        else:
            done.taken += 1
    payload = {"taken": done.taken, "refused": sum(done.refused.values()), "digest": whole.hexdigest()}
    with transaction.atomic(using=suppression.using()):
        ledger.record("outreach.imported", payload=payload, actor=actor)
    return done


def _take(row: Mapping[str, str], actor: AbstractBaseUser) -> str:
    """Store one line with its evidence; returns why not, or nothing."""
    address, purpose, language = row["email"].strip(), row["purpose"].strip(), row["language"].strip()[:16]
    if suppression.suppressed(address, purpose):
        return "suppressed"
    shown = consent.notice(text=row["shown"].strip(), language=language, surface="import")
    evidence = "\n".join(row[name].strip() for name in COLUMNS)
    key = hashlib.sha256(evidence.encode()).hexdigest()
    agreed = _day(row["agreed_on"].strip())
    assert agreed is not None  # noqa: S101 - looked at before
    with transaction.atomic(using=suppression.using()):
        proven = contacts.holders(address).proven
        person = proven[0] if proven else subjects.correspondent()
        if consent.history(person, purpose).filter(key=key).exists():
            return ""  # a run that is repeated, whoever repeats it
        if not _newer(person, purpose, agreed):
            return "decided since"
        try:
            _decide(person, purpose, key, shown, row["proof"].strip(), actor)
        except (ObjectionStands, SubjectGone):
            transaction.set_rollback(True, using=suppression.using())
            return "objected"
        if not Subscriber.objects.using(suppression.using()).filter(subject=person).exists():
            optin.subscribe(person, address, language=language, proven_at=agreed)
    return ""


def _newer(person: Subject, purpose: str, agreed: datetime) -> bool:
    """Whether the list is newer than what the person said here; a list never takes back a no."""
    last = consent.history(person, purpose).first()
    return last is None or last.method == Method.IMPORTED or last.decided_at < agreed


def _decide(person: Subject, purpose: str, key: str, shown: Notice, proof: str, actor: AbstractBaseUser) -> None:
    consent.decide(
        subject=person,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.IMPORTED,
        key=key,
        notice=shown,
        surface="import",
        context=ContextRef(proof[:64], key),
        actor=actor,
    )
