"""What staff see of a person: that something is held, and the values for a purpose they name. Each look is an entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Page, Paginator
from django.db import router, transaction
from django.db.models import Model, QuerySet

from onvif_privacy.core import contacts, gate, ledger
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import Field, Json, PersonalData, Purpose, purposes
from onvif_privacy.rights.models import Claim, Person
from onvif_privacy.rights.services import holdings, panels, wording
from onvif_privacy.rights.services.holdings import Cell, Status
from onvif_privacy.rights.services.holdings.claiming import digest

MASK = "•••"
FEW, PAGE = 5, 50
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Fact:
    """One field of a row, line by line; masked unless it may be read."""

    label: str
    lines: list[str]


@dataclass(frozen=True)
class Row:
    """One row: its key, what else tells it apart, what is personal in it, and the names of what could be and is not."""

    key: str
    about: list[str]
    facts: list[Fact]
    empty: list[str]


@dataclass
class Table:
    """Some rows of one model."""

    label: str
    title: str
    page: Page[Any]
    roles: dict[Any, set[str]]
    declaration: PersonalData
    rows: list[Row] = field(default_factory=list)


def people() -> QuerySet[Any]:
    """Return everybody who can be looked up: whoever was merged into an account is seen there."""
    return Person.objects.using(router.db_for_write(Person)).filter(merged_into=None)


def revealing() -> list[Purpose]:
    """Return the purposes in whose name staff may read values: some field is declared for them, and none sends out."""
    named = {slug for one in holdings.declared() for part in _parts(one) for slug in part.purposes}
    return [one for one in purposes.all() if one.slug in named and one.record == "each" and not one.exits]


def _parts(declaration: PersonalData) -> Iterator[Field]:
    for one in declaration.fields.values():
        found = (*one.leaves.values(), one.rest) if isinstance(one, Json) else (one,)
        yield from (part for part in found if isinstance(part, Field))


def find(term: str, actor: AbstractBaseUser) -> list[Any]:
    """Return the ids of people by a full e-mail address, through the blind index where it is sealed, or by reference.

    Whoever is found by an address is an entry, like everybody who is looked at. Raises GateClosed.
    """
    named = Subject.objects.all().by_reference(term)
    if named is not None or "@" not in term:
        return [named.pk] if named is not None else []
    held, users = contacts.holders(term), get_user_model()
    found = {one.pk: one for one in (*held.proven, *held.named)}
    claims = Claim.objects.using(router.db_for_write(Claim)).filter(kind="email", hash=digest("email", term))
    found |= {one.subject.pk: one.subject for one in claims.select_related("subject")}
    name = users.get_email_field_name()
    if any(one.name == name for one in users._meta.concrete_fields):
        accounts = users._base_manager.using(router.db_for_write(users)).filter(**{f"{name}__iexact": term})
        found |= {one.pk: one for one in Subject.objects.filter(user__in=accounts)}
    for one in found.values():
        record("rights.found", one, actor)
    return list(found)


def record(kind: str, subject: Subject, actor: AbstractBaseUser, **payload: Any) -> None:
    """Write that a member of staff found, looked at or revealed a person."""
    with transaction.atomic(using=router.db_for_write(Entry)):
        ledger.record(kind, subject=subject, payload=payload, actor=actor)


def held(
    subject: Subject, *, actor: AbstractBaseUser, purpose: str = "", model: str = "", number: int = 1
) -> list[Table]:
    """Return what is held of a person, masked; in the clear where ``purpose`` allows it.

    A few rows of each model, or the rows of page ``number`` of the one ``model`` that is named by its label. The look
    is an entry, written before. Raises ValueError for a purpose that staff may not read for, GateClosed.
    """
    if purpose and purpose not in {one.slug for one in revealing()}:
        raise ValueError("not a purpose that staff may read for")
    record(
        "rights.revealed" if purpose else "rights.viewed", subject, actor, **({"purpose": purpose} if purpose else {})
    )
    wanted = [one for one in holdings.declared() if not model or one.model.lower() == model.lower()]
    with holdings.opened(subject) as (_scope, who):
        tables = [_table(one, who, PAGE if model else FEW, number) for one in wanted]
    with gate.scope(purpose, actor=actor, subject=subject) if purpose else nullcontext() as scope:
        for table in tables:
            table.rows = [_row(table, row, scope, subject) for row in table.page]
    return [one for one in tables if one.rows]


def _table(declaration: PersonalData, who: holdings.Person, size: int, number: int) -> Table:
    rows = holdings.rows(declaration, who).order_by("pk").prefetch_related(*holdings.many_to_many(declaration))
    page = Paginator(rows, size).get_page(number)
    page.object_list = list(page.object_list)
    roles = holdings.roles_of(declaration, who, page.object_list)
    return Table(declaration.model, wording.model_words(declaration.model), page, dict(roles), declaration)


def _row(table: Table, row: Model, scope: gate.Scope | None, subject: Subject) -> Row:
    """Return what is said of a row. Outside of the purpose's scope whatever is sealed stays so, and all is masked."""
    found = holdings.cells(table.declaration, row, table.roles[row.pk])
    personal = [one for one in found if one.field is not None or one.status is Status.OTHER]
    empty = [one for one in personal if one.status is Status.SHOWN and one.value in EMPTY]
    facts = [Fact(_capital(one.label), _lines(table, row, one, scope, subject)) for one in personal if one not in empty]
    hidden = table.declaration.fields.get(str(getattr(row._meta.pk, "name", "")))
    return Row(MASK if hidden else str(row.pk), panels.about(row, found), facts, [one.label for one in empty])


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _lines(table: Table, row: Model, cell: Cell, scope: gate.Scope | None, subject: Subject) -> list[str]:
    if cell.status is Status.OTHER:
        return wording.lines(cell)
    if scope is None or not _may_read(table.declaration, row, cell.name, scope, subject):
        return [MASK]
    if cell.status is Status.REVIEW:
        return [wording.spoken(getattr(row, cell.name))]
    return wording.lines(cell) if cell.status is Status.SHOWN else [MASK]


def _may_read(declaration: PersonalData, row: Model, name: str, scope: gate.Scope, subject: Subject) -> bool:
    """Whether a field may be read for the purpose of a scope; what is sensitive or a credential never on a screen."""
    one = declaration.fields[name]
    for part in (*one.leaves.values(), one.rest) if isinstance(one, Json) else (one,):
        if isinstance(part, Field):
            if part.data_class == "credential" or part.data_class.startswith("special:"):
                return False
            if part.purpose_column and scope.why_not_row(getattr(row, part.purpose_column)):
                return False
            if scope.permission.why_not(subject.pk, part):
                return False
    return not scope.why_not_field(type(row), name)
