"""Taking the ledger out: every sealed entry as JSON lines, and checkpoints that tell how long it was."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import router

from onvif_privacy.core.conf import conf
from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger.canonical import base64url, canonical
from onvif_privacy.core.ledger.seals import entry_line, sign
from onvif_privacy.core.models import Entry, Seal


def export() -> Iterator[bytes]:
    """Yield the ledger as canonical JSON lines: each seal, then its entries in the order of their leaves.

    Holds hashes, kinds and times only; what entries commit to stays here.
    """
    using = router.db_for_read(Entry)
    for seal in Seal.objects.using(using).order_by("number").iterator():
        yield canonical({"seal": bytes(seal.body).decode(), "signature": base64url(bytes(seal.signature))}) + b"\n"
        entries = Entry.objects.using(using).filter(seal=seal)
        for entry in sorted(entries, key=lambda one: bytes(one.leaf)):
            yield canonical(entry_line(entry)) + b"\n"


def public_keys() -> dict[str, list[dict[str, str]]]:
    """Return the public signing keys, retired ones too, as a JWK set (RFC 7517, RFC 8037); the verifier reads it."""
    # No "alg": receipts name it after RFC 9864, the status after RFC 8037; a library refuses the one not named here.
    shape = {"kty": "OKP", "crv": "Ed25519", "use": "sig"}
    known = sorted(ring().public_keys().items())
    return {"keys": [{"kid": key_id, **shape, "x": base64url(key.public_bytes_raw())} for key_id, key in known]}


@dataclass(frozen=True)
class Checkpoint:
    """How long the ledger is: number of seals, SHA-256 of the last one's body, and both in a signed note."""

    origin: str
    size: int
    digest: bytes
    note: str


def last_checkpoint() -> Checkpoint | None:
    """Return the present checkpoint; None before the first seal. One query. Raises KeyRingError."""
    last = Seal.objects.using(router.db_for_write(Seal)).order_by("-number").first()
    if last is None:
        return None
    origin, size, digest = conf.LEDGER_ORIGIN, last.number + 1, hashlib.sha256(bytes(last.body)).digest()
    return Checkpoint(origin, size, digest, _note(origin, size, digest))


def checkpoint() -> str | None:
    """Return a signed note that names the number of seals and the last one's hash; None before the first seal.

    Kept where the database's owner cannot write, it shows a cut tail and a history written anew. Source: C2SP
    signed-note and tlog-checkpoint.
    """
    found = last_checkpoint()
    return found.note if found else None


def _note(origin: str, size: int, digest: bytes) -> str:
    text = f"{origin}\n{size}\n{base64.b64encode(digest).decode()}\n"
    key_id, signature = sign(text.encode())
    public = ring().public_keys()[key_id].public_bytes_raw()
    mark = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    return f"{text}\n\u2014 {origin} {base64.b64encode(mark + signature).decode()}\n"
