"""From a frozen, approved scope to a snapshot: the one way by which rows are read to leave the house.

Nothing is selected by hand. For each person and model one query for each window takes the granted fields and no other,
through the purpose gate, with a ticket that names both people who decided.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from onvif_privacy.core import gate
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import model_of
from onvif_privacy.core.registry import personal_data
from onvif_privacy.disclosures.models import Case, ScopeItem
from onvif_privacy.disclosures.services import fields, packages, people
from onvif_privacy.disclosures.services.errors import Refused

EXIT: Final = "legal"
AT_ONCE: Final = 500


@dataclass(frozen=True)
class Wanted:
    """One granted item, opened: whose field, in which window, and the name of its column."""

    person: uuid.UUID
    tag: str
    choice: fields.Choice
    role: str
    since: datetime | None
    until: datetime | None

    @property
    def column(self) -> str:
        """The name in the package: the field's, and for one class of JSON the class with it."""
        declared = personal_data.get(self.choice.model).fields[self.choice.field]
        many = len({one.data_class for one in fields.parts(declared)}) > 1
        return f"{self.choice.field}:{self.choice.data_class}" if many else self.choice.field

    @property
    def group(self) -> tuple[Any, ...]:
        """What one query can answer: a model, a person, a role and a window."""
        return self.choice.model, self.tag, self.role, self.choice.time_field, str(self.since), str(self.until)


@dataclass
class Captured:
    """What a capture took: rows by ``model.column``, and how many in all."""

    rows: Counter[str] = field(default_factory=Counter)
    total: int = 0


def wanted(items: Iterable[ScopeItem], verdict: str = ScopeItem.Verdict.GRANTED) -> list[Wanted]:
    """Return the granted items of a scope; inside a scope of the gate that opens what a case holds.

    Raises Refused for what the registry does not declare (any more) or has no class that may leave.
    """
    found = []
    for item in items:
        if item.verdict != verdict:
            continue
        choice = fields.known(item.model, item.field, item.data_class)
        if choice is None or choice.data_class in fields.NEVER:
            raise Refused(_("%(field)s is not declared, or has no class that may leave.") % {"field": str(item)})
        role = fields.role_of(personal_data.get(item.model), item.field, item.data_class)
        person = uuid.UUID(str(item.subject))
        if people.tag_of(item.case_id, person) != item.tag:
            raise Refused(_("An item names another person than it was approved for."))
        found.append(Wanted(person, item.tag, choice, role, item.granted_from, item.granted_to))
    return sorted(found, key=lambda one: (*one.group, one.column))


def capture(case: Case, items: list[Wanted], *, ticket: gate.Ticket, actor: Any, done: Captured) -> Iterator[bytes]:
    """Yield each granted row as a line, by model, person and key; ``done`` counts as it goes.

    Call it outside of any transaction: what leaves is recorded before it is read, for good.
    """
    for _group, same in groupby(items, key=lambda one: one.group):
        together = list(same)
        yield from _rows(case, together, ticket=ticket, actor=actor, done=done)


def preserved(case: Case, items: list[Wanted], *, done: Captured) -> Iterator[bytes]:
    """Yield the rows of a hold as `capture` does. Sealed at once under a key of their own, they leave nobody's house:
    so each is taken as its person's own."""
    for _group, same in groupby(items, key=lambda one: one.group):
        together = list(same)
        person = Subject.objects.filter(pk=together[0].person).first()
        if person is not None:
            with gate.scope("own_access", subject=person) as scope:
                yield from _taken(case, together, person, scope, done)


def _rows(case: Case, items: list[Wanted], *, ticket: gate.Ticket, actor: Any, done: Captured) -> Iterator[bytes]:
    person = Subject.objects.filter(pk=items[0].person).first()
    if person is None:
        return
    with gate.scope("legal_duty", subject=person, actor=actor, exit=EXIT, ticket=ticket, durable=True) as scope:
        yield from _taken(case, items, person, scope, done)


def _taken(case: Case, items: list[Wanted], person: Subject, scope: gate.Scope, done: Captured) -> Iterator[bytes]:
    first = items[0]
    declaration = personal_data.get(first.choice.model)
    found = fields.rows(declaration, person, first.role, first.choice.time_field, first.since, first.until)
    names = sorted({one.choice.field for one in items})
    owners: dict[uuid.UUID, str] = {}  # a tag takes the key of the case, which is a query: once for each person
    rows = scope.read(found, names)
    while batch := list(islice(rows, AT_ONCE)):
        times = _times(found, first.choice.time_field, batch)
        for row in batch:
            values = {
                one.column: fields.of_class(
                    declaration.fields[one.choice.field], row[one.choice.field], one.choice.data_class
                )
                for one in items
            }
            if row.person and row.person not in owners:
                owners[row.person] = people.tag_of(case, row.person)
            # whose the row is, as the gate found it, and not as this module asked for it
            owner = owners[row.person] if row.person else first.tag
            raw = _line(first, owner, row, values, times.get(row.pk))
            done.total += 1
            done.rows.update(f"{first.choice.model}.{name}" for name in values)
            scope.meter(raw)
            yield raw


def _times(found: QuerySet[Any], name: str, batch: list[gate.Row]) -> dict[Any, Any]:
    """Return the time of each row, which the verifier compares with the window; empty where there is no window."""
    if not name:
        return {}
    rows = found.model._base_manager.using(found.db).filter(pk__in=[row.pk for row in batch])
    return dict(rows.values_list("pk", name))


def _line(item: Wanted, owner: str, row: gate.Row, values: dict[str, Any], at: Any) -> bytes:
    return encoded(
        {
            "at": packages.exact(at),
            "fields": {name: packages.exact(_exact(value)) for name, value in values.items()},
            "key": str(packages.exact(row.pk)),
            "model": item.choice.model,
            "tag": owner,
        }
    )


def _exact(value: Any) -> Any:
    """Return what a package can hold: a file by its name, a set of rows by nothing."""
    name = getattr(value, "name", None)
    return str(name or "") if hasattr(value, "storage") else value


def encoded(value: Any) -> bytes:
    """Return a line of a snapshot."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def schema(items: list[Wanted]) -> packages.Schema:
    """Return what a package of these items may hold, with the widest window of each column."""
    from onvif_privacy.disclosures.services.packages.kinds import kind_of

    tables: dict[str, dict[str, packages.Column]] = {}
    for one in items:
        model = model_of(personal_data.get(one.choice.model))
        kind = kind_of(model._meta.get_field(one.choice.field))  # type: ignore[arg-type]
        timed = bool(one.choice.time_field)
        since, until = (one.since, one.until) if timed else (None, None)
        known = tables.setdefault(one.choice.model, {}).get(one.column)
        if known is not None:
            since = None if since is None or known.since is None else min(since, known.since)
            until = None if until is None or known.until is None else max(until, known.until)
        tables[one.choice.model][one.column] = packages.Column(one.column, one.choice.data_class, kind, since, until)
    return packages.Schema(
        *(
            packages.Table(label, tuple(columns[name] for name in sorted(columns)))
            for label, columns in sorted(tables.items())
        )
    )


def lines(captured: Iterable[dict[str, Any]], names: dict[str, str]) -> Iterator[bytes]:
    """Yield the rows of a snapshot as lines of a package: each person by the words the letter named them by."""
    for row in captured:
        yield packages.line(model=row["model"], subject=names[row["tag"]], key=row["key"], values=row["fields"])


def read(parts: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a snapshot from its bytes."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from (json.loads(one) for one in whole if one)
    if rest:
        raise ValueError("The snapshot ends in the middle of a row.")
