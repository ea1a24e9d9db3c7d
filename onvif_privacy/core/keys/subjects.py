"""Keys of one subject, wrapped by the ring, so that destroying one ends every value it sealed."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, router, transaction
from django.utils import timezone

from onvif_privacy.core.keys.envelope import SealBroken, open_sealed, seal
from onvif_privacy.core.keys.ring import derive, ring
from onvif_privacy.core.models import SubjectKey


class KeyDestroyed(Exception):
    """The subject's key was destroyed; what it sealed is gone for good."""


@dataclass(frozen=True)
class SubjectSecret:
    """An unwrapped key with its id. Held only as long as one ledger record or one gate scope."""

    id: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"<SubjectSecret {self.id.hex()}>"


def _place(subject_id: uuid.UUID, use: str, key_id: bytes) -> tuple[str, ...]:
    return ("subjectkey", use, key_id.hex(), str(subject_id))


def _unwrap(row: SubjectKey) -> SubjectSecret:
    if row.wrapped is None:
        raise KeyDestroyed(f"The {row.use} key of this subject was destroyed.")
    key_id = bytes(row.key_id)
    secret = open_sealed(
        bytes(row.wrapped),
        key=derive("wrap", "subject", key_id=row.ring_key),
        place=_place(row.subject_id, row.use, key_id),
    )
    return SubjectSecret(key_id, secret)


def _create(subject_id: uuid.UUID, use: str) -> SubjectKey:
    key_id, ring_key = secrets.token_bytes(8), ring().active("data").id
    wrapped = seal(
        secrets.token_bytes(32),
        key=derive("wrap", "subject", key_id=ring_key),
        key_id=bytes.fromhex(ring_key),
        place=_place(subject_id, use, key_id),
    )
    row = SubjectKey(subject_id=subject_id, use=use, key_id=key_id, ring_key=ring_key, wrapped=wrapped)
    with transaction.atomic(using=router.db_for_write(SubjectKey)):
        row.save(force_insert=True)
    return row


def subject_key(subject_id: uuid.UUID, use: str) -> SubjectSecret:
    """Return the subject's key for ``use``, made on first need.

    One query, two the first time. Raises KeyDestroyed, or KeyRingError where the ring lacks the wrapping key.
    """
    keys = SubjectKey.objects.using(router.db_for_write(SubjectKey)).filter(subject_id=subject_id, use=use)
    row = keys.order_by("-generation").first()
    if row is None:
        try:
            row = _create(subject_id, use)
        except IntegrityError:  # another request was first
            row = keys.get()
    return _unwrap(row)


def known_key(subject_id: uuid.UUID, use: str, key_id: bytes) -> SubjectSecret:
    """Return the key that a sealed value names; never makes one. One query.

    Raises SealBroken where the subject has no such key, KeyDestroyed, or KeyRingError as `subject_key`.
    """
    keys = SubjectKey.objects.using(router.db_for_write(SubjectKey)).filter(subject_id=subject_id, use=use)
    for row in keys:
        if bytes(row.key_id) == key_id:
            return _unwrap(row)
    raise SealBroken("The sealed value cannot be opened.")


def destroy(subject_id: uuid.UUID, use: str) -> int:
    """Destroy every key the subject has for ``use``; returns how many. What they sealed is unreadable from then on."""
    keys = SubjectKey.objects.using(router.db_for_write(SubjectKey)).filter(subject_id=subject_id, use=use)
    return keys.filter(destroyed_at__isnull=True).update(wrapped=None, destroyed_at=timezone.now())
