"""Sealing: batches of entries become Merkle trees whose roots are chained and signed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core.conf import conf
from onvif_privacy.core.keys import KeyRingError, ring
from onvif_privacy.core.ledger.canonical import base64url, canonical
from onvif_privacy.core.ledger.entries import leaf_hash, vouched
from onvif_privacy.core.ledger.tree import inclusion, root
from onvif_privacy.core.models import Entry, Seal
from onvif_privacy.core.querysets import AppendOnlyQuerySet
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.core.signals import seal_closed

logger = logging.getLogger(__name__)

DOMAIN = b"onvif_privacy seal v1\n"
_CHUNK = 500


class SealConflict(Exception):
    """Another sealer was faster; everything was rolled back and the next run continues."""


@dataclass(frozen=True)
class Sealed:
    """What one run of the sealer did: the seal (None when nothing waited) and the entries that failed their MAC."""

    seal: Seal | None
    refused: tuple[str, ...] = ()


def untouched(entry: Entry) -> bool:
    """Whether an entry still is what was appended: its leaf follows from its columns, and the MAC from its leaf."""
    leaf = leaf_hash(entry_id=entry.pk, kind=entry.kind, at=entry.at, commitment=bytes(entry.commitment))
    return hmac.compare_digest(leaf, bytes(entry.leaf)) and vouched(entry, leaf)


def sign(message: bytes) -> tuple[str, bytes]:
    """Sign with the active signing key (Ed25519, RFC 8032); returns key id and signature."""
    key = ring().active("sign")
    if key.secret is None:
        raise KeyRingError(f"The signing key {key.id} has no secret.")
    return key.id, Ed25519PrivateKey.from_private_bytes(key.secret).sign(message)


def _body(number: int, previous: bytes, leaves: list[bytes], at: datetime) -> bytes:
    return canonical(
        {
            "at": instant(at),
            "count": len(leaves),
            "key": ring().active("sign").id,
            "number": number,
            "previous": base64url(hashlib.sha256(previous).digest()),
            "root": base64url(root(leaves)),
            "v": 1,
        }
    )


def seal() -> Sealed:
    """Seal what waits, ``LEDGER_SEAL_SIZE`` entries at most.

    Takes rows that have no seal, never those after the last one sealed: a transaction that commits late is simply
    next. A row that fails its MAC is left out and named. Raises SealConflict, or KeyRingError.
    """
    using = router.db_for_write(Entry)
    with transaction.atomic(using=using):
        rows = list(Entry.objects.using(using).filter(seal__isnull=True).order_by("at", "pk")[: conf.LEDGER_SEAL_SIZE])
        refused = tuple(str(row.pk) for row in rows if not untouched(row))
        for pk in refused:
            logger.error("ledger entry %s was changed before it was sealed", pk)
        good = {bytes(row.leaf): row.pk for row in rows if str(row.pk) not in refused}
        if not good:
            return Sealed(None, refused)
        last = Seal.objects.using(using).order_by("-number").first()
        number = last.number + 1 if last else 0
        body = _body(number, bytes(last.body) if last else b"", sorted(good), timezone.now())
        made = Seal(number=number, body=body, signature=sign(DOMAIN + body)[1])
        made.save(using=using)
        keys = list(good.values())
        filled = sum(
            AppendOnlyQuerySet(Entry, using=using).filter(pk__in=keys[start : start + _CHUNK]).fill(seal=made)
            for start in range(0, len(keys), _CHUNK)
        )
        if filled != len(keys):
            raise SealConflict(f"{len(keys) - filled} entries were sealed by somebody else.")
        transaction.on_commit(partial(seal_closed.send_robust, Seal, seal=made), using=using)
    return Sealed(made, refused)


def proof(entry: Entry) -> dict[str, object] | None:
    """Return what proves an entry to somebody who holds the public keys; None until it is sealed.

    ``leaf`` opens to the entry's columns; ``path`` leads from it to the root in ``seal``, which is signed.
    """
    if entry.seal is None:
        return None
    leaves = sorted(bytes(leaf) for leaf in entry.seal.entries.values_list("leaf", flat=True))
    index = leaves.index(bytes(entry.leaf))
    return {
        "entry": entry_line(entry),
        "index": index,
        "path": [base64url(step) for step in inclusion(index, leaves)],
        "seal": bytes(entry.seal.body).decode(),
        "signature": base64url(bytes(entry.seal.signature)),
    }


def entry_line(entry: Entry) -> dict[str, object]:
    """Return the columns of an entry that its leaf is the hash of."""
    return {
        "at": instant(entry.at),
        "commitment": base64url(bytes(entry.commitment)),
        "id": str(entry.pk),
        "kind": entry.kind,
        "v": 1,
    }
