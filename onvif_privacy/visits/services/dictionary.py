"""Dictionary tables: text becomes a number, with bounded caches.

New entries are written before the batch's own transaction: an entry without a visit does no harm, while a batch that
held new entries locked would make other processes wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connections, transaction

from onvif_privacy.visits.models import Area, Browser, Domain, Page, Referrer, Term

CACHED = 65_536
CHUNK = 400  # stays below SQLite's limit of 999 parameters

Key = tuple[str, ...]

COLUMNS: dict[type[Term], tuple[str, ...]] = {
    Page: ("site", "route", "path"),
    Referrer: ("host",),
    Browser: ("family", "system", "device"),
    Area: ("slug",),
    Domain: ("name",),
}

# No lock: each step on a dictionary is whole by itself, and a lock could be held for ever in a forked child.
_known: dict[tuple[str, type[Term]], dict[Key, int]] = {}


def digest(key: Key) -> str:
    """Return the fingerprint of an entry: BLAKE2b-128 of its parts, each with its length in front."""
    state = hashlib.blake2b(digest_size=16)
    for part in key:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(4, "big") + data)
    return state.hexdigest()


def forget(**kwargs: Any) -> None:
    """Empty the caches; receiver of ``post_migrate``, since `flush` and new test databases renumber entries."""
    _known.clear()


def numbers(model: type[Term], keys: Iterable[Key], using: str) -> Mapping[Key, int]:
    """Return the number of each entry, writing those that are new. Raises what the database raises."""
    if connections[using].in_atomic_block:
        # an outer transaction may be rolled back, and its numbers with it: neither trust nor fill the cache
        return _looked_up(model, set(keys), using)
    known = _known.setdefault((using, model), {})
    missing = {key for key in keys if key not in known}
    if missing:
        found = _looked_up(model, missing, using)
        if len(known) + len(found) > CACHED:
            known = _known[using, model] = {key: known[key] for key in keys if key in known}
        known.update(found)
    return known


def _looked_up(model: type[Term], keys: set[Key], using: str) -> dict[Key, int]:
    result: dict[Key, int] = {}
    pending = sorted(keys)
    for start in range(0, len(pending), CHUNK):
        chunk = {digest(key): key for key in pending[start : start + CHUNK]}
        result |= {chunk[found]: number for found, number in _rows(model, chunk, using)}
        new = {found: key for found, key in chunk.items() if key not in result}
        if new:
            # a transaction that begins with a write, so that SQLite waits its turn instead of failing; a savepoint
            # where the caller has a transaction, because one bad value must not spoil that
            with transaction.atomic(using=using):
                _write(model, new, using)
            result |= {chunk[found]: number for found, number in _rows(model, new, using)}
    return result


def _rows(model: type[Term], digests: Iterable[str], using: str) -> Iterable[tuple[str, int]]:
    return model._default_manager.using(using).filter(digest__in=list(digests)).values_list("digest", "id")


def _write(model: type[Term], entries: Mapping[str, Key], using: str) -> None:
    rows = [
        model(digest=found, **dict(zip(COLUMNS[model], key, strict=True))) for found, key in sorted(entries.items())
    ]
    model._default_manager.using(using).bulk_create(rows, ignore_conflicts=True)
