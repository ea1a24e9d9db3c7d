"""The address of a person for one purpose, read through the gate from whichever field is declared to hold one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Model, QuerySet

from onvif_privacy.core import gate
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.gate.people import owner_path, owners, purposes_of
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import model_of, rows_owned
from onvif_privacy.core.registry import Field, Reach, personal_data

AT_ONCE = 500


@dataclass(frozen=True)
class Source:
    """One field that holds addresses."""

    model: type[Model]
    name: str
    reach: Reach

    def rows(self, people: Sequence[Subject]) -> QuerySet[Model]:
        """Return the rows of people in which an address may be taken, the one to prefer first."""
        rows = rows_owned(self.model, owner_path(self.model, self.name), people).filter(**self.reach.rows)
        if self.reach.proven:
            rows = rows.filter(**{f"{self.reach.proven}__isnull": False})
        order = [F(column).desc(nulls_last=True) for column in (self.reach.first, self.reach.proven) if column]
        return rows.order_by(*order, "pk")


def sources(channel: str) -> list[Source]:
    """Return the fields that hold addresses, those that can be proven first."""
    found = []
    for declaration in personal_data.all():
        for name, field in declaration.fields.items():
            if isinstance(field, Field) and field.reach:
                reach = field.reach if isinstance(field.reach, Reach) else Reach(field.reach)
                if reach.channel == channel:
                    found.append(Source(model_of(declaration), name, reach))
    return sorted(found, key=lambda one: (not one.reach.proven, one.model._meta.label, one.name))


def _address(value: object) -> str:
    """Return a value that mail can be sent to; empty for anything else."""
    words = str(value or "").strip()
    try:
        validate_email(words)
    except ValidationError:
        return ""
    return words


def _read(scope: gate.Scope, source: Source, people: Sequence[Subject]) -> Iterator[tuple[uuid.UUID, str]]:
    """Yield person and address, the one to prefer first."""
    rows = source.rows(people)
    place = {key: number for number, key in enumerate(rows.values_list("pk", flat=True))}
    if not place:
        return
    found = sorted(scope.read(rows.order_by(), [source.name]), key=lambda row: place.get(row.pk, len(place)))
    for row in found:
        address = _address(row[source.name])
        if row.person is not None and address:
            yield row.person, address


def emails(scope: gate.Scope, subjects: Iterable[Subject]) -> Mapping[uuid.UUID, str]:
    """Return the e-mail address of each person who can be reached for the purpose of an open scope, by subject id.

    Proven addresses come first, then those of which no declaration says whether they are; those known to be unproven
    are never taken. Who is left out cannot be reached: no address, no decision, restricted, or no field is declared
    for this purpose. Two queries for each declared field and 500 people, besides those of the gate. Raises
    BulkRefused, GateClosed.
    """
    wanted, found = list(dict.fromkeys(subjects)), dict[uuid.UUID, str]()
    for start in range(0, len(wanted), AT_ONCE):
        people = wanted[start : start + AT_ONCE]
        for source in sources("email"):
            people = [one for one in people if one.pk not in found]
            if people and not scope.why_not_field(source.model, source.name):
                for person, address in _read(scope, source, people):
                    found.setdefault(person, address)
    return found


def email(subject: Subject | None, purpose: str) -> str | None:
    """Return the e-mail address of one person for a purpose; None where they cannot be reached for it.

    Opens a scope of its own, so the reading is recorded as the purpose says. Raises NotDeclared, GateClosed, and
    ScopeRefused for a purpose that sends data out: use `emails` in its scope.
    """
    if subject is None:
        return None
    with gate.scope(purpose, subject=subject) as scope:
        return emails(scope, [subject]).get(subject.pk)


def reachable(subject: Subject, purpose: str) -> bool:
    """Whether a field declared for a purpose holds an address of a person, whatever they decided; nothing is read."""
    declared = [one for one in sources("email") if purpose in purposes_of(one.model, one.name)]
    return any(one.rows([subject]).filter(**{f"{one.name}__isnull": False}).exists() for one in declared)


def addressed(subjects: Sequence[Subject]) -> set[uuid.UUID]:
    """Return which of these people have an e-mail address that may be written to, by id; no value is read.

    An address that is known to be unproven is none. Two queries, or three, for each declared field.
    """
    found, wanted = set[uuid.UUID](), {one.pk for one in subjects}
    for source in sources("email"):
        path = owner_path(source.model, source.name)
        for people in [[one] for one in subjects] if callable(path) else [subjects]:
            rows = source.rows(people).exclude(**{f"{source.name}__isnull": True}).order_by()
            if not isinstance(source.model._meta.get_field(source.name), EncryptedField):
                rows = rows.exclude(**{source.name: ""})
            found |= {one for one in owners(rows, path, people[0] if callable(path) else None).values() if one}
    return found & wanted
