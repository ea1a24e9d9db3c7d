"""Random secrets with a name and generations, outside the rotation of data keys: blind indexes, mail tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, router, transaction

from onvif_privacy.core.keys.envelope import open_sealed, seal
from onvif_privacy.core.keys.primitives import hkdf
from onvif_privacy.core.keys.ring import derive, ring

GENERATIONS = 255  # one byte


@dataclass(frozen=True)
class LabelSecret:
    """One generation of a labelled secret."""

    label: str
    generation: int
    secret: bytes

    def __repr__(self) -> str:
        return f"<LabelSecret {self.label} {self.generation}>"

    def derive(self, *context: str) -> bytes:
        """Derive 32 bytes for one use; raises ValueError for a context that holds ``|``."""
        if any("|" in part for part in context):
            raise ValueError("A part of a key's context cannot hold '|'.")
        info = b"onvif_privacy v1|" + "|".join((self.label, *context)).encode()
        return hkdf(self.secret, info)


def _rows() -> Any:
    model = apps.get_model("onvif_privacy", "LabelKey")
    return model._default_manager.using(router.db_for_write(model))


def _place(row: Any) -> tuple[str, ...]:
    return ("labelkey", row.label, str(row.generation))


def unwrap_label(row: Any) -> bytes:
    """Return the secret of a row; raises SealBroken, KeyRingError."""
    return open_sealed(bytes(row.wrapped), key=derive("wrap", "label", key_id=row.ring_key), place=_place(row))


def wrap_label(row: Any, secret: bytes) -> None:
    """Wrap a secret under the active ring key, in memory; the caller saves the row."""
    row.ring_key = ring().active("data").id
    key = derive("wrap", "label", key_id=row.ring_key)
    row.wrapped = seal(secret, key=key, key_id=bytes.fromhex(row.ring_key), place=_place(row))


def known_label(name: str) -> tuple[LabelSecret, ...]:
    """Return every generation of a labelled secret, the present one first; empty where there is none. One query."""
    rows = _rows().filter(label=name).order_by("-generation")
    return tuple(LabelSecret(name, row.generation, unwrap_label(row)) for row in rows)


def label(name: str) -> tuple[LabelSecret, ...]:
    """Return every generation of a labelled secret, the present one first; made on first need. One query.

    Raises KeyRingError.
    """
    found = known_label(name)
    if not found:
        renew_label(name)
        found = known_label(name)
    return found


def renew_label(name: str) -> None:
    """Add a generation, which new values use from now on. Two at once add one."""
    newest = _rows().filter(label=name).order_by("-generation").first()
    generation = newest.generation + 1 if newest else 1
    if generation > GENERATIONS:
        raise ValueError(f"{name} has had all its {GENERATIONS} generations.")
    row = _rows().model(label=name, generation=generation)
    wrap_label(row, secrets.token_bytes(32))
    try:
        with transaction.atomic(using=_rows().db):
            row.save(force_insert=True)
    except IntegrityError:  # another request was first
        return
