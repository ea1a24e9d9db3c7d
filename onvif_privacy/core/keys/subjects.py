"""Keys of one subject, wrapped by the ring, so that destroying one ends every value it sealed."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from onvif_privacy.core.keys.envelope import open_sealed, seal
from onvif_privacy.core.keys.primitives import SealBroken, hkdf
from onvif_privacy.core.keys.ring import derive, ring

COLUMNS = ("subject_id", "use", "key_id", "ring_key", "wrapped")
LOOKED_UP_AT_ONCE = 500  # SQLite of older builds takes 999 parameters


class KeyDestroyed(Exception):
    """The subject's key was destroyed; what it sealed is gone for good."""


@dataclass(frozen=True)
class SubjectSecret:
    """An unwrapped key with its id. Held only as long as one ledger record or one gate scope."""

    id: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"<SubjectSecret {self.id.hex()}>"


def _model() -> Any:
    # By name: models may hold encrypted fields, which stand on this module.
    return apps.get_model("onvif_privacy", "SubjectKey")


def _rows() -> Any:
    return _model()._default_manager.using(router.db_for_write(_model()))


def _place(subject_id: uuid.UUID, use: str, key_id: bytes) -> tuple[str, ...]:
    return ("subjectkey", use, key_id.hex(), str(subject_id))


def _opened(subject_id: uuid.UUID, use: str, key_id: bytes, ring_key: str, wrapped: bytes | None) -> SubjectSecret:
    if wrapped is None:
        raise KeyDestroyed(f"The {use} key of this subject was destroyed.")
    key = derive("wrap", "subject", key_id=ring_key)
    return SubjectSecret(key_id, open_sealed(bytes(wrapped), key=key, place=_place(subject_id, use, key_id)))


def _unwrap(row: Any) -> SubjectSecret:
    return _opened(row.subject_id, row.use, bytes(row.key_id), row.ring_key, row.wrapped)


def unwrap(row: Any) -> bytes:
    """Return the secret of a row that is not destroyed; raises SealBroken, KeyRingError."""
    return _unwrap(row).secret


def wrap(row: Any, secret: bytes) -> None:
    """Wrap a key under the active ring key, in memory; the caller saves the row."""
    row.ring_key = ring().active("data").id
    row.wrapped = seal(
        secret,
        key=derive("wrap", "subject", key_id=row.ring_key),
        key_id=bytes.fromhex(row.ring_key),
        place=_place(row.subject_id, row.use, bytes(row.key_id)),
    )


def _fresh(subject_id: uuid.UUID, use: str) -> Any:
    row = _model()(subject_id=subject_id, use=use, key_id=secrets.token_bytes(8))
    wrap(row, secrets.token_bytes(32))
    return row


def _create(subject_id: uuid.UUID, use: str) -> Any:
    row = _fresh(subject_id, use)
    with transaction.atomic(using=router.db_for_write(_model())):
        row.save(force_insert=True)
    return row


def subject_key(subject_id: uuid.UUID, use: str) -> SubjectSecret:
    """Return the subject's key for ``use``, made on first need.

    One query, two the first time. Raises KeyDestroyed, or KeyRingError where the ring lacks the wrapping key.
    """
    keys = _rows().filter(subject_id=subject_id, use=use)
    row = keys.order_by("-generation").first()
    if row is None:
        try:
            row = _create(subject_id, use)
        except IntegrityError:  # another request was first
            row = keys.get()
    return _unwrap(row)


def subject_keys(subject_ids: Iterable[uuid.UUID], use: str) -> dict[uuid.UUID, SubjectSecret]:
    """Return the key for ``use`` of each subject, made on first need; one query for 500 subjects, three if any is new.

    Raises what `subject_key` raises.
    """
    wanted, found = list(dict.fromkeys(subject_ids)), dict[uuid.UUID, SubjectSecret]()
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        part = wanted[start : start + LOOKED_UP_AT_ONCE]
        keys = _rows().filter(subject_id__in=part, use=use).order_by("generation")
        rows = {row.subject_id: row for row in keys}
        missing = [_fresh(subject_id, use) for subject_id in part if subject_id not in rows]
        if missing:
            _rows().bulk_create(missing, ignore_conflicts=True)
            rows = {row.subject_id: row for row in keys.all()}  # another request may have been first
        found |= {subject_id: _unwrap(row) for subject_id, row in rows.items()}
    return found


def known_key(subject_id: uuid.UUID, use: str, key_id: bytes) -> SubjectSecret:
    """Return the key that a sealed value names; never makes one. One query.

    Raises SealBroken where the subject has no such key, KeyDestroyed, or KeyRingError as `subject_key`.
    """
    for row in _rows().filter(subject_id=subject_id, use=use):
        if bytes(row.key_id) == key_id:
            return _unwrap(row)
    raise SealBroken("The sealed value cannot be opened.")


def known_keys(subject_ids: Iterable[uuid.UUID], use: str) -> dict[tuple[uuid.UUID, bytes], SubjectSecret | None]:
    """Return every key for ``use`` that the subjects have, by subject and key id; None where it was destroyed.

    One query for 500 subjects; never makes a key. Raises KeyRingError, SealBroken.
    """
    wanted, found = list(dict.fromkeys(subject_ids)), dict[tuple[uuid.UUID, bytes], SubjectSecret | None]()
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        for row in _rows().filter(subject_id__in=wanted[start : start + LOOKED_UP_AT_ONCE], use=use):
            found[row.subject_id, bytes(row.key_id)] = None if row.wrapped is None else _unwrap(row)
    return found


class OpeningKeys:
    """The keys that values of some subjects were sealed with, by key id; fetched in bulk, forgotten with the object.

    A key id is looked up together with its subject, so a value sealed for somebody else finds no key.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[uuid.UUID, bytes], SubjectSecret | None] = {}
        self._uses: dict[tuple[uuid.UUID, bytes], str] = {}
        self._fetched: set[uuid.UUID] = set()

    def __repr__(self) -> str:
        return f"<OpeningKeys of {len(self._fetched)} subjects>"

    def fetch(self, subject_ids: Iterable[uuid.UUID]) -> None:
        """Load every key of subjects not known yet; one query for 500 of them."""
        wanted = [one for one in dict.fromkeys(subject_ids) if one not in self._fetched]
        for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
            part = wanted[start : start + LOOKED_UP_AT_ONCE]
            rows = _rows().filter(subject_id__in=part).exclude(use="evidence")
            for subject_id, use, key_id, *rest in rows.values_list(*COLUMNS):
                name = subject_id, bytes(key_id)
                self._known[name] = None if rest[-1] is None else _opened(subject_id, use, name[1], *rest)
                self._uses[name] = use
            self._fetched.update(part)

    def forget(self) -> None:
        """Drop every key."""
        self._known.clear()
        self._uses.clear()
        self._fetched.clear()

    def use_of(self, subject_id: uuid.UUID, key_id: bytes) -> str | None:
        """Return what the key is for; None where the subject never had it."""
        self.fetch([subject_id])
        return self._uses.get((subject_id, key_id))

    def get(self, subject_id: uuid.UUID, key_id: bytes) -> SubjectSecret | None:
        """Return the key; None where the subject never had it. Raises KeyDestroyed where it was destroyed."""
        self.fetch([subject_id])
        if (subject_id, key_id) not in self._known:
            return None
        key = self._known[subject_id, key_id]
        if key is None:
            raise KeyDestroyed("The key of this value was destroyed.")
        return key


def derive_for(subject_id: uuid.UUID, label: str) -> bytes:
    """Derive 32 bytes from a subject's data key for one use; they end with that key. Raises KeyDestroyed."""
    info = b"onvif_privacy v1|subject|" + label.encode()
    return hkdf(subject_key(subject_id, "data").secret, info)


def destroy(subject_id: uuid.UUID, use: str) -> int:
    """Destroy every key the subject has for ``use``; returns how many. What they sealed is unreadable from then on."""
    keys = _rows().filter(subject_id=subject_id, use=use)
    return int(keys.filter(destroyed_at__isnull=True).update(wrapped=None, destroyed_at=timezone.now()))
