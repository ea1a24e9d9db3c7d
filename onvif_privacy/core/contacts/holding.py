"""Who holds an address: people who have shown that it is theirs, and people who only named it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.db.models import Model

from onvif_privacy.core import gate
from onvif_privacy.core.contacts.reading import Source, sources
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.gate.people import owner_path, owners
from onvif_privacy.core.models import Subject


@dataclass(frozen=True)
class Holders:
    """People by an address: ``proven`` have shown that it is theirs, ``named`` have not. Each once, by id."""

    proven: tuple[Subject, ...] = ()
    named: tuple[Subject, ...] = ()

    def __repr__(self) -> str:
        return f"<Holders {len(self.proven)} proven, {len(self.named)} named>"


def _candidates(source: Source, address: str) -> list[Any]:
    """Return the rows that may hold an address; for sealed ones as the blind index says, so a few too many."""
    column = source.model._meta.get_field(source.name)
    rows = source.model._base_manager.using(router.db_for_write(source.model)).filter(**source.reach.rows)
    if not isinstance(column, EncryptedField):
        return list(rows.filter(**{f"{source.name}__iexact": address}))
    return list(rows.filter(**{f"{column.index_name}__in": column.index_values(address)})) if column.index else []


def _holds(row: Model, name: str, person: Subject, address: str) -> bool:
    """Whether a row really holds the address, read as the person's own."""
    column = row._meta.get_field(name)
    if not isinstance(column, EncryptedField):
        return True
    with gate.scope("own_access", subject=person) as scope:
        scope.claim([row])
        value = getattr(row, name)
    return isinstance(value, str) and column.indexable(value) == column.indexable(address)


def _found(source: Source, address: str) -> Iterator[tuple[Subject, bool]]:
    rows = _candidates(source, address)
    if not rows:
        return
    here = source.model._base_manager.filter(pk__in=[row.pk for row in rows])
    by_row = owners(here, owner_path(source.model, source.name), None)
    people = _people({one for one in by_row.values() if one is not None})
    for row in rows:
        person = people.get(by_row.get(row.pk))
        if person is not None and _holds(row, source.name, person, address):
            yield person, getattr(row, source.reach.proven) is not None


def _people(ids: set[uuid.UUID]) -> dict[uuid.UUID | None, Subject]:
    """Return living people by id; whoever was merged into another account counts as that one."""
    found: dict[uuid.UUID | None, Subject] = {}
    rows = Subject.objects.using(router.db_for_write(Subject)).select_related("user", "merged_into__user")
    for one in rows.filter(pk__in=ids):
        person = one
        while person.merged_into is not None:
            person = person.merged_into
        if person.erased_at is None:
            found[one.pk] = person
    return found


def holders(address: str) -> Holders:
    """Return who holds an e-mail address in a field that is declared with ``Reach(…, proven=…)``.

    Addresses of which no declaration says whether they are proven are not looked at. A bounded number of queries for
    each such field, and two for each row that holds the address. Opens a scope of each person's own access, so the gate
    must not be closed: raises GateClosed.
    """
    proven, named = dict[Subject, None](), dict[Subject, None]()
    for source in sources("email"):
        if source.reach.proven:
            for person, is_proven in _found(source, address):
                (proven if is_proven else named)[person] = None
    return Holders(
        tuple(sorted(proven, key=lambda one: one.pk.hex)),
        tuple(sorted((one for one in named if one not in proven), key=lambda one: one.pk.hex)),
    )
