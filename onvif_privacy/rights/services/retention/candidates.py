"""Asking the database which rows may have to end: never fewer than there are, and few more.

What the database cannot compare (sealed dates, JSON leaves, another database's decisions) it leaves to the keep rule,
which has the last word on every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router, transaction
from django.db.models import DateTimeField, Exists, FileField, JSONField, ManyToManyField, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from onvif_privacy.core import consent
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Standing, Subject
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import Field, Json, PersonalData, While, purposes
from onvif_privacy.core.registry.personal import SubjectPath
from onvif_privacy.core.registry.strategies import Anonymise, Blank, CannotEnd, Generalise, Keep, Strategy
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings.rows import main_role

ALL = Q()


def parts_of(declared: Field | Json) -> list[Field]:
    """Return a field, or the personal leaves of a JSON field with its rest."""
    if isinstance(declared, Field):
        return [declared]
    return [one for one in (*declared.leaves.values(), declared.rest) if isinstance(one, Field)]


def asks_only(field: Field) -> bool:
    """Whether a field is kept for nothing but what people agree to."""
    return not field.purpose_column and all(purposes.get(one).basis.asks for one in field.purposes)


def path_of(declaration: PersonalData, field: Field) -> SubjectPath | None:
    """Return the path to the person a field is about."""
    return declaration.subjects.get(field.of or main_role(declaration))


def claimable(declaration: PersonalData, field: Field) -> bool:
    """Whether rows of nobody are somebody's all the same, who can prove it."""
    return (field.of or main_role(declaration)) in declaration.claims


def _standings(model: type[Model], path: str) -> QuerySet[Standing]:
    """Return the grants of the person a row leads to."""
    granted = consent.grants()
    if path == "self":
        return granted.filter(subject__user=OuterRef("pk"))
    if path_end(model, path) is get_user_model():
        return granted.filter(subject__user=OuterRef(path))
    return granted.filter(subject=OuterRef(path))


def _not_agreed(model: type[Model], path: SubjectPath | None, purpose: str) -> Q | None:
    if callable(path):
        return None  # a function knows the rows of one person only; a withdrawal ends them
    if path is None or router.db_for_write(model) != router.db_for_write(Standing):
        return ALL
    refused = ~Exists(_standings(model, path).filter(purpose=purpose))
    if path == "self" or path_end(model, path) is get_user_model():
        return Q(refused)
    # the decisions of a merged visitor stand with the account
    return Q(refused) | Q(Exists(Subject.objects.filter(pk=OuterRef(path), merged_into__isnull=False)))


def _over(declaration: PersonalData, field: Field, purpose: str, at: datetime) -> Q | None:
    """Return which rows a purpose keeps no longer; None where it always keeps them."""
    model = holdings.model_of(declaration)
    if purposes.get(purpose).basis.asks:
        return _not_agreed(model, path_of(declaration, field), purpose)
    term = declaration.terms.get(purpose)
    if term is None:
        return None
    if isinstance(term, While):
        return Q(**{f"{term.field}__isnull": True})
    column = model._meta.get_field(term.field)
    if isinstance(column, EncryptedField):
        return Q(**{f"{term.field}__isnull": False})
    if isinstance(column, DateTimeField):
        return Q(**{f"{term.field}__lte": at - timedelta(days=term.days)})
    day = timezone.localdate(at, timezone.get_default_timezone())
    return Q(**{f"{term.field}__lte": day - timedelta(days=term.days)})


def _dead(declaration: PersonalData, field: Field, at: datetime) -> Q | None:
    """Return the rows in which nothing keeps a field any more; None where something always does."""
    if field.purpose_column:
        over = {one.slug: _over(declaration, field, one.slug, at) for one in purposes.all()}
        cases = [Q(**{field.purpose_column: slug}) & found for slug, found in over.items() if found is not None]
        return reduce(or_, cases) if cases else None
    found = [_over(declaration, field, purpose, at) for purpose in field.purposes]
    if None in found or not found:
        return None
    over_all = reduce(and_, (one for one in found if one is not None))
    path = path_of(declaration, field)
    if asks_only(field) and not claimable(declaration, field):
        if not isinstance(path, str):
            return None  # nobody is known who could have agreed: not somebody's
        over_all &= ALL if path == "self" else Q(**{f"{path}__isnull": False})
    return over_all


def _something_left(model: type[Model], name: str, declared: Field | Json) -> Q:
    """Return the rows in which a field does not hold what its end would leave, as far as the database can say."""
    column: Any = model._meta.get_field(name)
    if isinstance(column, ManyToManyField):
        return Q(**{f"{name}__isnull": False})
    filled = Q(**{f"{name}__isnull": False}) if column.null else ALL
    if isinstance(column, EncryptedField):
        return filled
    if isinstance(column, FileField):
        return filled & ~Q(**{name: ""})
    if isinstance(declared, Json):
        return filled & ~Q(**{name: {}}) if isinstance(column, JSONField) else filled
    return filled & _unlike(column, name, strategy_of(declared))


def strategy_of(field: Field) -> Strategy | None:
    """Return how a field ends."""
    return field.erase.then if isinstance(field.erase, Keep) else field.erase


def _unlike(column: Any, name: str, strategy: Strategy | None) -> Q:
    if isinstance(strategy, Blank) or (isinstance(strategy, Anonymise) and not strategy.unique):
        try:
            end = strategy.end(column, None)
        except CannotEnd:
            return ALL
        return ALL if end is None else ~Q(**{name: end})
    if isinstance(strategy, Generalise) and column.get_internal_type() == "DateField":
        first = {f"{name}__day": 1} | ({f"{name}__month": 1} if strategy.level == "year" else {})
        return ~Q(**first)
    return ALL


def _conditions(declaration: PersonalData, at: datetime) -> Iterator[Q]:
    model = holdings.model_of(declaration)
    whole: list[Q] | None = [] if declaration.row is not None else None
    for name, declared in declaration.fields.items():
        dead = [_dead(declaration, part, at) for part in parts_of(declared)]
        known = [one for one in dead if one is not None]
        if known and (declaration.row is None or all(strategy_of(part) for part in parts_of(declared))):
            yield reduce(or_, known) & _something_left(model, name, declared)
        whole = None if whole is None or len(known) < len(dead) else [*whole, *known]
    if whole:
        yield reduce(and_, whole)


def candidates(declaration: PersonalData, *, at: datetime) -> QuerySet[Any] | None:
    """Return the rows of which something may have to end at a moment; None where nothing ever ends by itself."""
    found = list(_conditions(declaration, at))
    if not found:
        return None
    model = holdings.model_of(declaration)
    rows = model._base_manager.using(router.db_for_write(model))
    condition = reduce(or_, found)
    many = any(isinstance(model._meta.get_field(name), ManyToManyField) for name in declaration.fields)
    return rows.filter(pk__in=rows.filter(condition).values("pk")) if many else rows.filter(condition)


@contextmanager
def _as_it_stands(using: str) -> Iterator[None]:
    """Let PostgreSQL ask without compiling the question to machine code first (its JIT).

    Many conditions over a table that is parted by days look dear even while it is empty: compiling them took 23 s,
    asking 3 ms.
    """
    if connections[using].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=using, savepoint=False), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        yield


def batch(rows: QuerySet[Any], *, after: Any, size: int) -> list[Any]:
    """Return the next of `candidates` behind a primary key, in its order."""
    with _as_it_stands(rows.db):
        return list((rows if after is None else rows.filter(pk__gt=after)).order_by("pk")[:size])


def number(rows: QuerySet[Any]) -> int:
    """Return how many `candidates` there are."""
    with _as_it_stands(rows.db):
        return rows.count()


def ends_by_itself(declaration: PersonalData, *, at: datetime) -> bool:
    """Whether anything of a model ever ends without anybody asking for it."""
    return next(_conditions(declaration, at), None) is not None
