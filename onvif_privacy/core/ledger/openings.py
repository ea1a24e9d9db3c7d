"""Whether what entries commit to is still what was written, for every entry that can be opened."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import router

from onvif_privacy.core.keys import KeyDestroyed, SealBroken, known_label, open_sealed
from onvif_privacy.core.keys.envelope import key_id_of
from onvif_privacy.core.keys.subjects import known_keys
from onvif_privacy.core.ledger import entries
from onvif_privacy.core.models import Decision, Entry, EntrySecret, Release

AT_ONCE = 500


class _Keys:
    """The keys of one chunk of secrets: those of its people, and the label's for what is about nobody."""

    def __init__(self, secrets: list[EntrySecret]) -> None:
        self._people = known_keys((secret.subject_id for secret in secrets if secret.subject_id), "evidence")
        self._labels = known_label(entries.OPENING)

    def get(self, secret: EntrySecret) -> bytes:
        """Return the key of a secret; raises SealBroken, KeyDestroyed."""
        key_id = key_id_of(bytes(secret.sealed))
        if secret.subject_id is not None and (secret.subject_id, key_id) in self._people:
            found = self._people[secret.subject_id, key_id]
            if found is None:
                raise KeyDestroyed("The key of this evidence was destroyed.")
            return found.secret
        for generation in self._labels:
            opening = entries.opening_key(generation, secret.pk)
            if opening.id == key_id:
                return opening.secret
        raise SealBroken("The secret names a key that does not exist.")


def _payload(secret: EntrySecret, keys: _Keys) -> dict[str, Any] | None:
    """Return what an entry commits to; None where somebody changed the secret."""
    try:
        plain = open_sealed(
            bytes(secret.sealed), key=keys.get(secret), place=entries.place_of(secret.pk, secret.subject_id)
        )
    except SealBroken:
        return None
    salt, payload = plain[: entries.SALT_BYTES], plain[entries.SALT_BYTES :]
    if not hmac.compare_digest(entries.commitment_of(salt, payload), bytes(secret.entry.commitment)):
        return None
    found: dict[str, Any] = json.loads(payload)
    return found


def _gone(told: dict[uuid.UUID, Entry], using: str) -> Iterator[tuple[str, uuid.UUID]]:
    """Yield decisions that entries tell of and that are neither there nor released."""
    missing = set(told) - set(Decision.objects.using(using).filter(pk__in=list(told)).values_list("pk", flat=True))
    if missing:
        released = Release.objects.using(using).filter(row_id__in=list(missing), table_name=Decision._meta.db_table)
        for pk in missing - set(released.values_list("row_id", flat=True)):
            yield "decision missing", told[pk].pk


def changed() -> Iterator[tuple[str, uuid.UUID]]:
    """Yield what is wrong and the entry, five hundred secrets at a time: a few queries for each."""
    using = router.db_for_write(Entry)
    rows = EntrySecret.objects.using(using).select_related("entry", "entry__release").order_by("pk").iterator(AT_ONCE)
    while part := list(islice(rows, AT_ONCE)):
        keys, told = _Keys(part), dict[uuid.UUID, Entry]()
        for secret in part:
            try:
                payload = _payload(secret, keys)
            except KeyDestroyed:  # `unexplained` says so
                continue
            if payload is None:
                yield "secret changed", secret.pk
            elif secret.entry.kind == "consent.decided" and "decision" in payload:
                told[uuid.UUID(payload["decision"])] = secret.entry
            elif secret.entry.kind == "ledger.released" and not _same_release(secret.entry, payload):
                yield "release changed", secret.pk
        yield from _gone(told, using)


def _same_release(entry: Entry, payload: dict[str, Any]) -> bool:
    release = getattr(entry, "release", None)
    if release is None:
        return False
    return bool((release.table_name, release.row_id.hex) == (payload.get("table"), payload.get("row")))
