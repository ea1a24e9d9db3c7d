"""What the parts of "my privacy" that belong to this room are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import Model, UUIDField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise as LazyText

from onvif_privacy.core import consent, gate
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.personal import kept
from onvif_privacy.core.registry import Field, NotDeclared, PersonalData, Purpose, purposes
from onvif_privacy.rights.models import ExportFile, Request
from onvif_privacy.rights.services import holdings, wording
from onvif_privacy.rights.services.holdings import Cell, Person, Status
from onvif_privacy.rights.services.requests.answering import objectionable
from onvif_privacy.rights.services.requests.states import using

FEW, PAGE, LATEST = 3, 50, 10
OF_THE_DATABASE = ("id", "slot")  # columns that say nothing to anybody


@dataclass(frozen=True)
class Line:
    """One field of a row as the page shows it."""

    name: str
    label: str
    lines: list[str]
    grounds: list[str]
    until: datetime | None
    because: str
    correct: str
    is_empty: bool

    @classmethod
    def of(cls, declaration: PersonalData, row: Model, cell: Cell, states: Mapping[str, Any], now: datetime) -> Line:
        """Say what a cell holds, what for, on what basis, and until when."""
        declared: Field = cell.field or Field("")
        why = kept(declaration, declared, row, states=states, now=now) if cell.field else None
        because = str(purposes.get(why.purpose).label) if why else ""
        open_to = cell.status is Status.SHOWN and not isinstance(cell.value, (dict, list))
        return cls(
            cell.name,
            cell.label[:1].upper() + cell.label[1:],
            wording.lines(cell),
            wording.grounds(declared.purposes),
            why.until if why else None,
            because,
            str(getattr(declared, "correct", None) or "") if open_to else "",
            cell.status is Status.SHOWN and cell.value in (None, "", [], {}),
        )


@dataclass(frozen=True)
class Row:
    """One row: what is personal in it, what could be and was not given, and what else tells it apart."""

    pk: str
    about: list[str]
    lines: list[Line]
    empty: list[Line]


@dataclass
class Table:
    """Some rows of one model; ``more`` where there are others."""

    label: str
    title: str
    rows: list[Row] = field(default_factory=list)
    more: bool = False
    number: int = 1


def _is_key(row: Model, name: str) -> bool:
    """Whether a column only leads to another row of the database, and says nothing to people."""
    column = row._meta.get_field(name)
    return isinstance(column, UUIDField) or (column.is_relation and not hasattr(row, f"get_{name}_display"))


def about(row: Model, cells: list[Cell]) -> list[str]:
    """Return what tells a row apart: its own numbers and dates, without the keys of the database."""
    context = [one for one in cells if one.status is Status.CONTEXT and one.name not in OF_THE_DATABASE]
    told = [one for one in context if one.value not in (None, "")]
    told = [one for one in told if not _is_key(row, one.name)]
    plain = [one for one in told if not isinstance(one.value, (dict, list, bool)) and len(str(one.value)) < 60]
    return [f"{one.label}: {', '.join(wording.lines(one))}" for one in plain if not one.name.endswith("_ptr")][:4]


def table(
    declaration: PersonalData,
    who: Person,
    scope: gate.Scope,
    states: Mapping[str, Any],
    *,
    size: int = FEW,
    number: int = 1,
) -> Table:
    """Return one page of the rows of a model. One query, one more for each further role or list of rows in it."""
    found = holdings.rows(declaration, who).order_by("pk").prefetch_related(*holdings.many_to_many(declaration))
    start, now = (number - 1) * size, timezone.now()
    batch = list(found[start : start + size + 1])
    made = Table(declaration.model, wording.model_words(declaration.model), more=len(batch) > size, number=number)
    scope.claim(batch[:size])
    roles = holdings.roles_of(declaration, who, batch[:size])
    for row in batch[:size]:
        cells = holdings.cells(declaration, row, roles[row.pk])
        personal = [one for one in cells if one.field is not None or one.status is Status.OTHER]
        lines = [Line.of(declaration, row, one, states, now) for one in personal]
        given, empty = [one for one in lines if not one.is_empty], [one for one in lines if one.is_empty]
        made.rows.append(Row(str(row.pk), about(row, cells), given, empty))
    return made


def held(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Return a few rows of every model that holds something of the person."""
    scope = gate.current()
    assert scope is not None  # noqa: S101 - panels are asked in the person's own scope
    who, states = holdings.person(subject), consent.state(subject)
    tables = [table(one, who, scope, states) for one in holdings.declared()]
    return {"tables": [one for one in tables if one.rows], "empty": len([one for one in tables if not one.rows])}


@dataclass(frozen=True)
class Choice:
    """The present answer to one purpose, and what the person can do about it."""

    purpose: Purpose
    basis: str | LazyText
    state: str
    acts: tuple[str, ...]


def _choice(purpose: Purpose, state: consent.State, against: list[str]) -> Choice:
    acts: tuple[str, ...] = ()
    if state is consent.State.GRANTED and purpose.basis.asks:
        acts = ("settings",) if purpose.device else ("withdraw",)
    elif state is consent.State.GRANTED and purpose.slug in against:
        acts = ("object",)
    return Choice(purpose, wording.BASES[purpose.basis], state.value, acts)


def decisions(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Return the present state of each purpose, and the latest decisions."""
    states, against = consent.state(subject), objectionable()
    choices = [_choice(one, states[one.slug], against) for one in purposes.all() if not one.retired]
    rows = Decision.objects.using(router.db_for_write(Decision)).filter(subject=subject).select_related("notice")
    latest = list(rows.order_by("-decided_at", "purpose")[: LATEST + 1])
    return {
        "choices": sorted(choices, key=lambda one: (not one.purpose.basis.asks, one.purpose.slug)),
        "latest": [(one, _label(one.purpose)) for one in latest[:LATEST]],
        "more": len(latest) > LATEST,
    }


def _label(slug: str) -> str | LazyText:
    try:
        return purposes.get(slug).label
    except NotDeclared:
        return slug


def asked(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Return the person's requests, open ones first, with what can be fetched."""
    rows = list(Request.objects.using(using()).of(subject).defer("plan", "receipt", "wish", "address")[:PAGE])
    ready = ExportFile.objects.using(using()).filter(
        request__in=rows, finished_at__isnull=False, deleted_at__isnull=True, expires_at__gt=timezone.now()
    )
    files = {one.request_id: one for one in ready}
    made = [{"request": one, "file": files.get(one.pk)} for one in rows]
    return {"rows": sorted(made, key=lambda one: not one["request"].is_open)}


def actions(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """Return what the person can start."""
    return {"restricted": subject.restricted_at, "account": subject.user_id is not None}
