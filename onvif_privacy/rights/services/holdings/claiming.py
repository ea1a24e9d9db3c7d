"""Addresses that a person has proven to be theirs; rows without an account are found by them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import router
from django.utils import timezone

from onvif_privacy.core import keys
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.models import Claim

LABEL = "claims"


@dataclass(frozen=True)
class Proven:
    """A contact that somebody proved, and a second fact that they stated with it (an order number), if any."""

    kind: str
    value: str
    fact: str = ""

    def __repr__(self) -> str:
        return f"<Proven {self.kind}>"


def normal(value: str) -> str:
    """Return the form in which two spellings of one address are equal."""
    return unicodedata.normalize("NFKC", value.strip()).casefold()


def digest(kind: str, value: str, fact: str = "") -> str:
    """Return the keyed hash (hex) by which a proven contact is known: nothing that can be guessed without the key."""
    secret = keys.label(LABEL)[0].derive("contact")
    return keys.mac(secret, "\0".join((kind, normal(value), normal(fact))).encode()).hex()


def claim(subject: Subject, *, kind: str, value: str, fact: str = "") -> Claim:
    """Keep that somebody has proven a contact; the same again is the same claim."""
    rows = Claim.objects.using(router.db_for_write(Claim))
    known = rows.filter(kind=kind, hash=digest(kind, value, fact), subject=subject).first()
    if known:
        return known
    shape = {"value": value, "fact": fact or None, "proven_at": timezone.now()}
    made, _new = rows.get_or_create(kind=kind, hash=digest(kind, value, fact), subject=subject, defaults=shape)
    return made


def claimed(subject: Subject) -> Iterator[Proven]:
    """Yield the proven contacts; needs the gate open for the person's own access. One query."""
    for row in Claim.objects.using(router.db_for_write(Claim)).filter(subject=subject, value__isnull=False):
        if isinstance(row.value, str):  # else its key was destroyed
            yield Proven(row.kind, row.value, row.fact if isinstance(row.fact, str) else "")
