"""Writing evidence: commitment, leaf and MAC, in the caller's transaction, without a lock or a counter."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core.keys import (
    LabelSecret,
    SealBroken,
    SubjectSecret,
    derive,
    known_key,
    known_label,
    label,
    mac,
    open_sealed,
    ring,
    seal,
    subject_keys,
)
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES, key_id_of
from onvif_privacy.core.ledger.canonical import base64url, canonical
from onvif_privacy.core.models import Entry, EntrySecret, Evidence, Release, Subject
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.core.registry import entry_kinds
from onvif_privacy.core.registry.kinds import instant

SALT_BYTES = 32
OPENING = "opening"  # label of the secrets that seal what is about nobody


class NotInTransaction(RuntimeError):
    """Evidence belongs in the transaction of the change it proves."""


class PayloadRefused(ValueError):
    """The payload does not fit its declared kind."""


@dataclass(frozen=True)
class Record:
    """What is to be written: kind, whose it is, and a payload that fits the declared kind."""

    kind: str
    payload: Mapping[str, Any]
    subject: Subject | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def commitment_of(salt: bytes, payload: bytes) -> bytes:
    """Return the commitment: HMAC-SHA256 of the canonical payload under the salt."""
    return mac(salt, payload)


def leaf_hash(*, entry_id: uuid.UUID, kind: str, at: datetime, commitment: bytes) -> bytes:
    """Return the Merkle leaf of an entry: SHA-256(0x00 ‖ canonical form), after RFC 9162, section 2.1.1."""
    body = {
        "at": instant(at),
        "commitment": base64url(commitment),
        "id": str(entry_id),
        "kind": kind,
        "v": 1,
    }
    return hashlib.sha256(b"\x00" + canonical(body)).digest()


def entry_mac(leaf: bytes, key_id: str) -> bytes:
    """Return the MAC that vouches for a leaf until it is sealed."""
    return mac(derive("mac", key_id=key_id), leaf)


def place_of(entry_id: uuid.UUID, subject_id: uuid.UUID | None) -> tuple[str, ...]:
    """Return what binds a secret to its entry and its person."""
    return ("entrysecret", "sealed", str(entry_id), str(subject_id or ""))


def vouched(entry: Entry, leaf: bytes) -> bool:
    """Whether the MAC of an entry is good. A sealed one stands by its seal: the ring key of its MAC may have gone."""
    if not any(key.id == entry.mac_key and key.use == "data" for key in ring().keys):
        return entry.seal_id is not None
    return hmac.compare_digest(entry_mac(leaf, entry.mac_key), bytes(entry.mac))


def opening_key(secret: LabelSecret, entry_id: uuid.UUID) -> SubjectSecret:
    """Return the key of an entry that is about nobody."""
    # Not of the ring: secrets are never changed, so a ring key could never be retired.
    return SubjectSecret(secret.generation.to_bytes(KEY_ID_BYTES, "big"), secret.derive("entrysecret", str(entry_id)))


def _key_of(secret: EntrySecret) -> SubjectSecret:
    """Return the key that a stored secret names. Reading makes no key."""
    key_id = key_id_of(bytes(secret.sealed))
    if secret.subject_id is not None:
        return known_key(secret.subject_id, "evidence", key_id)
    for generation in known_label(OPENING):
        found = opening_key(generation, secret.pk)
        if found.id == key_id:
            return found
    raise SealBroken("The ledger entry names a key that does not exist.")


def record_all(records: Iterable[Record], *, using: str | None = None) -> list[Entry]:
    """Append several entries with two inserts and one key look-up (two where some are about nobody).

    Raises NotInTransaction, NotDeclared for an unknown kind, PayloadRefused for a payload that does not fit.
    """
    using = using or router.db_for_write(Entry)
    if not transaction.get_connection(using).in_atomic_block:
        raise NotInTransaction("ledger.record() must run inside transaction.atomic().")
    at, mac_key, records = timezone.now().replace(microsecond=0), ring().active("data").id, list(records)
    keys = subject_keys((item.subject.pk for item in records if item.subject), "evidence")
    openings = label(OPENING) if any(item.subject is None for item in records) else ()
    entries, hidden = [], []
    for item in records:
        problem = entry_kinds.get(item.kind).problem(item.payload)
        if problem:
            raise PayloadRefused(problem)
        payload, salt = canonical(dict(item.payload)), secrets.token_bytes(SALT_BYTES)
        commitment = commitment_of(salt, payload)
        leaf = leaf_hash(entry_id=item.id, kind=item.kind, at=at, commitment=commitment)
        entries.append(
            Entry(
                id=item.id,
                kind=item.kind,
                at=at,
                commitment=commitment,
                leaf=leaf,
                mac=entry_mac(leaf, mac_key),
                mac_key=mac_key,
            )
        )
        subject_id = item.subject.pk if item.subject else None
        key = keys[subject_id] if subject_id else opening_key(openings[0], item.id)
        sealed = seal(salt + payload, key=key.secret, key_id=key.id, place=place_of(item.id, subject_id))
        hidden.append(EntrySecret(entry_id=item.id, subject_id=subject_id, sealed=sealed))
    Entry.objects.using(using).bulk_create(entries)
    EntrySecret.objects.using(using).bulk_create(hidden)
    return entries


def record(
    kind: str, *, subject: Subject | None = None, payload: Mapping[str, Any], actor: AbstractBaseUser | None = None
) -> Entry:
    """Append one entry inside the caller's transaction; ``actor`` is the user who acted, named by subject reference.

    Raises what `record_all` raises.
    """
    full = {**payload, "actor": Subject.objects.for_user(actor).reference} if actor else payload
    return record_all([Record(kind, full, subject)])[0]


def opening(entry: Entry) -> tuple[bytes, dict[str, Any]]:
    """Return the salt and the payload that an entry commits to, after checking commitment, leaf and MAC.

    Raises SealBroken for any difference, KeyDestroyed or EntrySecret.DoesNotExist where the secret has ended.
    """
    secret = entry.secret
    plain = open_sealed(bytes(secret.sealed), key=_key_of(secret).secret, place=place_of(entry.pk, secret.subject_id))
    salt, payload = plain[:SALT_BYTES], plain[SALT_BYTES:]
    leaf = leaf_hash(entry_id=entry.pk, kind=entry.kind, at=entry.at, commitment=bytes(entry.commitment))
    good = (
        hmac.compare_digest(commitment_of(salt, payload), bytes(entry.commitment))
        and hmac.compare_digest(leaf, bytes(entry.leaf))
        and vouched(entry, leaf)
    )
    if not good:
        raise SealBroken("The ledger entry was changed.")
    return salt, json.loads(payload)


def opened(entry: Entry) -> dict[str, Any]:
    """Return the payload of an entry; see `opening`, whose errors it raises."""
    return opening(entry)[1]


def release(rows: Iterable[Evidence], *, reason: str) -> int:
    """Let evidence end: write a `Release` with its entry for each row of one releasable table, then delete the rows.

    ``reason`` is a slug that says which retention ended. Returns how many rows went. Each `Release` is an entry, so a
    row that is gone without one shows.
    """
    rows = list(rows)
    if not rows:
        return 0
    model = type(rows[0])
    table, using = model._meta.db_table, router.db_for_write(Release)
    with transaction.atomic(using=using):
        entries = record_all(
            [Record("ledger.released", {"table": table, "row": row.pk.hex, "reason": reason}) for row in rows],
            using=using,
        )
        Release.objects.using(using).bulk_create(
            [Release(table_name=table, row_id=row.pk, entry=entry) for row, entry in zip(rows, entries, strict=True)]
        )
        return AppendOnlyQuerySet(model, using=using).filter(pk__in=[row.pk for row in rows]).release()
