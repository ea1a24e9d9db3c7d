"""Looking at the whole ledger from inside: every entry, seal and link, and what the tables beside it say."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connections, router

from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger.canonical import base64url
from onvif_privacy.core.ledger.openings import changed
from onvif_privacy.core.ledger.seals import DOMAIN, untouched
from onvif_privacy.core.ledger.tree import root
from onvif_privacy.core.models import Anchoring, Decision, Entry, EntrySecret, Release, Renewal, Seal


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was written: what kind, and where. Never a value."""

    kind: str
    place: str


def _seal_problems(seal: Seal, number: int, previous: bytes) -> Iterator[Problem]:
    body, place = bytes(seal.body), f"seal {seal.number}"
    if seal.number != number:
        yield Problem("seal missing", f"seal {number}")
    try:
        facts = json.loads(body)
        ring().public_keys()[facts["key"]].verify(bytes(seal.signature), DOMAIN + body)
    except (ValueError, KeyError, TypeError, InvalidSignature):
        yield Problem("signature", place)
        return
    if facts["number"] != seal.number or facts["previous"] != base64url(hashlib.sha256(previous).digest()):
        yield Problem("chain", place)
    entries = list(Entry.objects.using(seal._state.db).filter(seal=seal))
    for entry in entries:
        if not untouched(entry):
            yield Problem("entry changed", f"entry {entry.pk}")
    leaves = sorted(bytes(entry.leaf) for entry in entries)
    if len(leaves) != facts["count"] or base64url(root(leaves)) != facts["root"]:
        yield Problem("entries of the seal", place)


def _unsealed(using: str) -> Iterator[Problem]:
    for entry in Entry.objects.using(using).filter(seal__isnull=True).iterator():
        if not untouched(entry):
            yield Problem("entry changed", f"entry {entry.pk}")


def _orphans(using: str) -> Iterator[Problem]:
    """Rows that name an entry which is gone: an unsealed entry leaves no other trace."""
    for model in (Decision, Renewal, Release, EntrySecret):
        table = connections[using].ops.quote_name(model._meta.db_table)
        entries = connections[using].ops.quote_name(Entry._meta.db_table)
        with connections[using].cursor() as cursor:
            # Joined by hand: the ORM trusts the foreign key that a tamperer switched off.
            cursor.execute(
                f"SELECT t.entry_id FROM {table} t LEFT JOIN {entries} e ON e.id = t.entry_id WHERE e.id IS NULL"  # noqa: S608
            )
            for (pk,) in cursor.fetchall():
                yield Problem("entry missing", f"{model._meta.model_name} of entry {pk}")


def against(note: str) -> Problem | None:
    """Compare the ledger with a checkpoint that was kept elsewhere; None where it holds what the checkpoint knows.

    Only this shows a cut tail, or a history that a holder of the keys wrote anew. Raises ValueError for a note that
    cannot be read or that none of the site's keys has signed.
    """
    text, _, signature = note.replace("\r\n", "\n").partition("\n\n")
    try:
        _origin, size, digest = text.split("\n")
        number, raw = int(size) - 1, base64.b64decode(signature.strip().rpartition(" ")[2], validate=True)[4:]
    except (ValueError, binascii.Error):
        raise ValueError("This is no checkpoint.") from None
    if not any(_signed(key, raw, f"{text}\n".encode()) for key in ring().public_keys().values()):
        raise ValueError("None of the site's keys has signed this checkpoint.")
    seal = Seal.objects.using(router.db_for_write(Seal)).filter(number=number).first()
    if seal is None:
        return Problem("seal missing", f"seal {number}")
    if base64.b64encode(hashlib.sha256(bytes(seal.body)).digest()).decode() != digest:
        return Problem("seal is not the anchored one", f"seal {number}")
    return None


def _signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _anchored(using: str) -> Iterator[Problem]:
    """Compare with each checkpoint that this site remembers having taken elsewhere."""
    bodies = Seal.objects.using(using).in_bulk
    for row in Anchoring.objects.using(using).iterator():
        seal = bodies([row.size - 1]).get(row.size - 1)
        if seal is None or hashlib.sha256(bytes(seal.body)).hexdigest() != row.digest:
            yield Problem("seal is not the anchored one", f"seal {row.size - 1}")


def _secrets() -> Iterator[Problem]:
    for what, entry in changed():
        yield Problem(what, f"entry {entry}")


def problems(progress: Callable[[], object] = lambda: None) -> Iterator[Problem]:
    """Yield everything that is wrong with the ledger; nothing when it is whole. Memory: one seal's entries.

    Whoever lacks the keys is found out for every sealed entry, and for an unsealed one that another table names; a
    cut tail shows against a checkpoint that was kept elsewhere (`against`, `verify.py --anchor`).
    """
    using = router.db_for_write(Entry)
    previous = b""
    for number, seal in enumerate(Seal.objects.using(using).order_by("number").iterator()):
        yield from _seal_problems(seal, number, previous)
        previous = bytes(seal.body)
        progress()
    yield from _unsealed(using)
    yield from _orphans(using)
    yield from _anchored(using)
    yield from _secrets()
