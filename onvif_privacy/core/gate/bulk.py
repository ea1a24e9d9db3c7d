"""Reading many rows: only the columns asked for, keys and consent for 500 people at a time."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from onvif_privacy.core.conf import conf
from onvif_privacy.core.fields.base import EncryptedField
from onvif_privacy.core.fields.checking import owned_by_subject, owner_field, row_field
from onvif_privacy.core.fields.sealed import Sealed, refused
from onvif_privacy.core.fields.sealing import open_at, opening
from onvif_privacy.core.gate import closing
from onvif_privacy.core.gate.people import declared_field, owner_path, owners, purpose_column
from onvif_privacy.core.keys import KeyDestroyed

if TYPE_CHECKING:
    from onvif_privacy.core.gate.scope import Scope

CHUNK = 500


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One row that was read: ``row["email"]``. ``person`` is the subject id it is about, None where nobody is known."""

    model: str
    pk: Any
    person: uuid.UUID | None
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __repr__(self) -> str:
        return f"<Row of {self.model}>"


@dataclass(frozen=True)
class _Plan:
    """What one `read` needs: fields by name, and the columns to load."""

    model: Any
    fields: Sequence[str]
    encrypted: Mapping[str, EncryptedField]
    columns: Sequence[str]


def _plan(scope: Scope, model: Any, fields: Sequence[str]) -> _Plan:
    encrypted, columns = {}, {"pk", *fields}
    for name in fields:
        field = model._meta.get_field(name)
        why = scope.why_not_field(model, name)
        if why:
            raise refused(f"{model._meta.label}.{name}", why)
        if isinstance(field, EncryptedField):
            row = row_field(field.model)
            encrypted[name] = field
            columns |= {row.attname} if row else set()
            columns |= {owner_field(field).attname} if field.subject else set()
        columns |= {purpose_column(model, name)} - {""}
    return _Plan(model, fields, encrypted, sorted(columns))


def _chunks(queryset: QuerySet[Any], columns: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Yield rows as dictionaries, by primary key and not by a cursor, which a proxy or a writer may cut off."""
    if queryset.query.is_sliced:
        queryset = queryset.model._base_manager.filter(pk__in=list(queryset.values_list("pk", flat=True)))
    rows, size = queryset.order_by("pk").values(*columns), max(CHUNK, conf.GATE_BULK + 1)
    found = list(rows[:size])
    while found:
        yield found
        found = list(rows.filter(pk__gt=found[-1]["pk"])[:size]) if len(found) == size else []


def _own_column(plan: _Plan, path: object) -> str:
    """Return the loaded column that a path to a person is; empty where it leads elsewhere."""
    for field in plan.encrypted.values():
        if field.subject and field.subject == path and owned_by_subject(field):
            return owner_field(field).attname
    return ""


def _people(scope: Scope, plan: _Plan, rows: list[dict[str, Any]]) -> dict[str, Mapping[Any, uuid.UUID | None]]:
    """Return for each field the subject id by primary key; fields of one path share one query."""
    known: dict[Any, Mapping[Any, uuid.UUID | None]] = {}
    found = {}
    here = plan.model._base_manager.filter(pk__in=[row["pk"] for row in rows])
    for name in plan.fields:
        path = owner_path(plan.model, name)
        if path not in known:
            column = _own_column(plan, path)
            known[path] = (
                {row["pk"]: row[column] for row in rows} if column else owners(here, path, scope.permission.only)
            )
        found[name] = known[path]
    return found


def _readable(
    scope: Scope, plan: _Plan, rows: list[dict[str, Any]], people: Mapping[str, Mapping[Any, uuid.UUID | None]]
) -> list[dict[str, Any]]:
    """Return the rows all of whose fields may be read; count the others."""
    scope.permission.ask({one for by_row in people.values() for one in by_row.values() if one is not None})
    declared = {name: declared_field(plan.model, name) for name in plan.fields}
    said = {purpose_column(plan.model, name) for name in plan.fields} - {""}
    good = [
        row
        for row in rows
        if not any(scope.permission.why_not(people[name].get(row["pk"]), declared[name]) for name in plan.fields)
        and not any(scope.why_not_row(row[column]) for column in said)
    ]
    scope.counts.skipped += len(rows) - len(good)
    for name in plan.fields:
        scope.admit([people[name].get(row["pk"]) or row["pk"] for row in good], declared[name])
    return good


def _sealed(field: EncryptedField, row: dict[str, Any], name: str) -> Sealed:
    key = row_field(field.model)
    subject = row[owner_field(field).attname] if field.subject else None
    value: Sealed = row[name]
    return value.at(field.place_at(row[key.attname], subject)) if key else value


def _opened(scope: Scope, plan: _Plan, row: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name in plan.fields:
        value = row[name]
        if isinstance(value, Sealed):
            sealed = _sealed(plan.encrypted[name], row, name)
            assert sealed.place is not None  # noqa: S101 - check E040: an encrypted field has a row id
            value = sealed.field.decode(open_at(sealed.place, sealed.envelope, scope.keys))
        values[name] = value
    return values


def read(scope: Scope, queryset: QuerySet[Any], fields: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of `Scope.read`."""
    plan = _plan(scope, queryset.model, fields)
    labels = [f"{plan.model._meta.label}.{name}" for name in fields]
    for rows in _chunks(queryset, plan.columns):
        closing.confirm(scope.purpose)
        people = _people(scope, plan, rows)
        good = _readable(scope, plan, rows, people)
        first = people[fields[0]] if fields else {}
        owned = {row[owner_field(one).attname] for one in plan.encrypted.values() if one.subject for row in good}
        scope.keys.fetch(owned - {None})
        done = []
        for row in good:
            try:
                values = _opened(scope, plan, row)
            except KeyDestroyed:
                scope.counts.skipped += 1
            else:
                done.append(Row(plan.model._meta.label, row["pk"], first.get(row["pk"]), values))
        scope.keys.forget()
        scope.evidence.before([one.person for one in done], labels)
        for one in done:
            if not scope.is_open:
                raise refused(labels[0], "the gate scope has ended")
            scope.count([one.person], len(one.values))
            yield one


def values(scope: Scope, rows: Sequence[Any], name: str) -> list[Any]:
    """Return the values of `Scope.values`."""
    field = rows[0]._meta.get_field(name) if rows else None
    if not isinstance(field, EncryptedField):
        return [getattr(row, name) for row in rows]
    model, label = type(rows[0]), field.label
    why, declared, column = scope.why_not_field(model, name), declared_field(model, name), purpose_column(model, name)
    of_a_record, found, people, admitted = field.use == "record", list[Any](), list[uuid.UUID | None](), set[Any]()
    opened = opening(scope.keys)
    for row in rows:
        value = row.__dict__[field.attname]
        if not isinstance(value, Sealed):
            found.append(value)
            continue
        sealed = field.placed(row, value)
        place = sealed.place
        known = place is not None and place.subject is not None and not of_a_record
        person = place.subject if known and place is not None else scope.person_of(row, sealed)
        refusal = why or (column and scope.why_not_row(getattr(row, column)))
        refusal = refusal or scope.permission.why_not(person, declared)
        if refusal or place is None:
            found.append(sealed.because(refusal or "its row is not known"))
            continue
        if (person or place.row) not in admitted:
            scope.admit([person or place.row], declared)
            admitted.add(person or place.row)
        try:
            found.append(field.decode(opened(place, sealed.envelope)))
        except KeyDestroyed:
            found.append(sealed.because("its key was destroyed"))
        else:
            people.append(person)
    if people:  # nobody has them before it is recorded
        scope.evidence.before(people, [label])
        scope.count(people, len(people))
    return found


def search(scope: Scope, queryset: QuerySet[Any], field: EncryptedField, value: Any) -> list[Any]:
    """Open the few candidates of a blind index and return those that are equal."""
    closing.confirm(scope.purpose)
    candidates = list(queryset.filter(**{f"{field.index_name}__in": field.index_values(value)}))
    path = owner_path(queryset.model, field.name)
    by_row = owners(queryset.model._base_manager.filter(pk__in=[one.pk for one in candidates]), path, None)
    scope.permission.ask({one for one in by_row.values() if one is not None})
    declared, wanted, found = declared_field(queryset.model, field.name), field.indexable(value).encode(), []
    column = purpose_column(queryset.model, field.name)
    for one in candidates:
        sealed = one.__dict__[field.attname]
        if column and scope.why_not_row(getattr(one, column)):
            continue
        if not isinstance(sealed, Sealed) or scope.permission.why_not(by_row.get(one.pk), declared):
            continue
        place = field.placed(one, sealed).place
        assert place is not None  # noqa: S101 - check E040: an encrypted field has a row id
        try:
            plain = field.decode(open_at(place, sealed.envelope, scope.keys))
        except KeyDestroyed:
            continue
        if hmac.compare_digest(field.indexable(plain).encode(), wanted):
            found.append(one)
    people = [by_row.get(one.pk) for one in found]
    scope.admit([person or one.pk for person, one in zip(people, found, strict=True)], declared)
    scope.evidence.before(people, [field.label])
    scope.count(people, len(found))
    return found
