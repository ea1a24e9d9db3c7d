"""What an approval is bound to: one digest over every fact of a scope, made anew from the live rows each time.

Sealed values are bound by their ciphertext, which stays as it is while the case's key lives: so the digest can be
made without reading anything, and still when the key was destroyed.
"""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import Model

from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.ledger.canonical import canonical
from onvif_privacy.core.models import Party
from onvif_privacy.disclosures.models import Document, RecipientKey, Regime, Requester, Scope, ScopeItem
from onvif_privacy.disclosures.services.acting import using

UNBOUND: Final[dict[type[Model], frozenset[str]]] = {
    Scope: frozenset({"digest", "frozen_at"}),  # what freezing itself writes
    ScopeItem: frozenset(),
    Regime: frozenset({"confirmed_by", "confirmed_on", "entry"}),  # counsel may confirm it meanwhile
    Requester: frozenset(),
    RecipientKey: frozenset({"revoked_at"}),  # asked for at the hand-over itself
    Party: frozenset({"valid_from", "valid_to"}),
}
"""Every model that an approval is bound to, with the columns it is not bound to."""


def bound(model: type[Model]) -> list[str]:
    """Return the columns of a model that are bound, by name."""
    return sorted(one.attname for one in model._meta.concrete_fields if one.attname not in UNBOUND[model])


def _plain(value: Any) -> Any:
    if isinstance(value, Sealed):
        return hashlib.sha256(value.envelope).hexdigest()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | uuid.UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return [[str(key), _plain(one)] for key, one in sorted(value.items())]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _row(model: type[Model], row: dict[str, Any]) -> list[Any]:
    return [[name, _plain(row[name])] for name in bound(model)]


def _rows(model: type[Model], **which: Any) -> list[Any]:
    # by values(): sealed values come as they are stored, whatever scope of the gate is open
    found = model._base_manager.using(using()).filter(**which).order_by("pk").values(*bound(model))
    return [_row(model, one) for one in found]


def documents(case_id: uuid.UUID) -> list[str]:
    """Return the digests of the demand itself, in order: what a scope names when it is frozen."""
    rows = Document.objects.using(using()).filter(case_id=case_id, kind=Document.Kind.PROCESS)
    return sorted(rows.values_list("sha256", flat=True))


def _facts(scope_id: uuid.UUID) -> Iterable[Any]:
    scope = Scope.objects.using(using()).get(pk=scope_id)
    yield "onvif_privacy scope v1"
    yield ["scope", _rows(Scope, pk=scope_id)]
    yield ["items", _rows(ScopeItem, scope_id=scope_id)]
    yield ["regime", _rows(Regime, pk=scope.regime_id)]
    yield ["party", _rows(Party, pk=scope.party_id)]
    yield ["requester", _rows(Requester, pk=scope.requester_id)]
    yield ["recipient_key", _rows(RecipientKey, pk=scope.recipient_key_id)]
    present = set(documents(scope.case_id))
    yield ["documents", [one for one in scope.documents if one in present]]


def digest_of(scope: Scope) -> str:
    """Return the SHA-256 (hex) of everything that an approval of this scope is bound to, as it stands now."""
    return hashlib.sha256(canonical(list(_facts(scope.pk)))).hexdigest()


def holds(scope: Scope) -> bool:
    """Whether what was frozen is still what the rows say."""
    return bool(scope.digest) and digest_of(scope) == scope.digest
