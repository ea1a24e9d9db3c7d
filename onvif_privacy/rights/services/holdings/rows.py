"""Finding every row about a person: by the declared paths, and by proven addresses where a row has no account."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import router
from django.db.models import ForeignKey, ManyToOneRel, Model, Q, QuerySet

from onvif_privacy.core import gate
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.personal import rows_of
from onvif_privacy.core.personal.keeping import followed_rows
from onvif_privacy.core.personal.rows import model_of, path_end
from onvif_privacy.core.registry import Claim, Field, Json, PersonalData, personal_data
from onvif_privacy.rights.services.holdings.claiming import Proven, normal
from onvif_privacy.rights.services.holdings.people import Person

__all__ = ["batches", "declared", "fields_of", "model_of", "roles_of", "rows"]

BATCH = 2_000


def declared() -> list[PersonalData]:
    """Return every declaration of personal data, by model."""
    return [one for one in personal_data.all() if one.subjects or one.claims]


def main_role(declaration: PersonalData) -> str:
    """Return the role that fields belong to where they name none."""
    return next(iter(declaration.subjects), next(iter(declaration.claims), ""))


def belongs(declaration: PersonalData, field: Field, roles: Collection[str]) -> bool:
    """Whether a field belongs to somebody who has these roles in its row."""
    return (field.of or main_role(declaration)) in roles


def fields_of(declaration: PersonalData, roles: set[str]) -> list[str]:
    """Return the names of the fields that belong to these roles; JSON where any leaf does."""

    def mine(one: Field | Json) -> bool:
        parts = [one] if isinstance(one, Field) else [*one.leaves.values(), one.rest]
        return any(isinstance(part, Field) and belongs(declaration, part, roles) for part in parts)

    return [name for name, one in declaration.fields.items() if mine(one)]


def rows(declaration: PersonalData, who: Person, role: str | None = None) -> QuerySet[Any]:
    """Return the rows of one model about a person, in one role or in any; from the database that is written."""
    model = model_of(declaration)
    found: QuerySet[Any] = model._base_manager.none()
    for subject in who.subjects:
        found = found | rows_of(declaration, subject, role) if declaration.subjects else found
    condition = Q(pk__in=[])
    for name, claim in declaration.claims.items():
        if role in (None, name):
            for proven in who.proven:
                if proven.kind == claim.kind and (proven.fact or not claim.also):
                    condition |= _guests(declaration, name, claim, proven)
    if condition != Q(pk__in=[]):
        found = found | model._base_manager.filter(condition).distinct()
    return _once(declaration, found).using(router.db_for_write(model))


def _once(declaration: PersonalData, found: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows without DISTINCT, which would sort the whole table for each batch.

    Paths that lead through several rows are asked in a subquery; along all others no row comes twice.
    """
    paths = [path for path in declaration.subjects.values() if isinstance(path, str) and path != "self"]
    if any(_fans_out(found.model, path) for path in paths):
        return model_of(declaration)._base_manager.filter(pk__in=found.order_by().values("pk"))
    found.query.distinct = False
    return found


def _fans_out(model: type[Model], path: str) -> bool:
    for name in path.split("__"):
        step = model._meta.get_field(name)
        if step.one_to_many or step.many_to_many:
            return True
        if not isinstance(step.related_model, type):
            return False
        model = step.related_model
    return False


def _guests(declaration: PersonalData, role: str, claim: Claim, proven: Proven) -> Q:
    """Return the condition for rows without an account that somebody may claim."""
    model = model_of(declaration)
    condition = Q()
    path = declaration.subjects.get(role)
    if isinstance(path, str) and path != "self":
        condition &= Q(**{f"{path}__isnull": True})
    column = path_end(model, claim.field)
    if isinstance(column, EncryptedField):
        condition &= Q(pk__in=_sealed_matches(model, claim, column, condition, proven))
    else:
        condition &= Q(**{f"{claim.field}__iexact": proven.value})
    if claim.also:
        condition &= Q(**{claim.also: proven.fact}) if _fits(model, claim.also, proven.fact) else Q(pk__in=[])
    return condition


def _fits(model: type[Model], name: str, value: str) -> bool:
    try:
        model._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
    except Exception:  # whatever a field of the site raises for words that are none of its values
        return False
    return True


def claimed_value(row: Model, claim: Claim, scope: gate.Scope) -> object:
    """Open the contact by which a row may be claimed: its own, or that of the row it belongs to."""
    *steps, name = claim.field.split("__")
    holder = row
    for step in steps:
        holder = getattr(holder, step)
    scope.claim([holder])
    value = getattr(holder, name)
    scope.disclaim([holder])
    return value


def _sealed_matches(
    model: type[Model], claim: Claim, column: EncryptedField, condition: Q, proven: Proven
) -> list[Any]:
    """Open the few candidates of the blind index and return the keys of those that hold the proven value."""
    scope = gate.current()
    if scope is None or column.index is None:
        return []
    index = claim.field.removesuffix(column.name) + column.index_name
    candidates = model._base_manager.filter(condition, **{f"{index}__in": column.index_values(proven.value)})
    found = []
    for row in candidates:
        value = claimed_value(row, claim, scope)
        if isinstance(value, str) and normal(value) == normal(proven.value):
            found.append(row.pk)
    return found


def roles_of(declaration: PersonalData, who: Person, batch: Sequence[Model]) -> Mapping[Any, set[str]]:
    """Return the roles that the person has in each row of a batch, by primary key.

    No query where only one role is declared, one for each role otherwise.
    """
    names = list(dict.fromkeys((*declaration.subjects, *declaration.claims)))
    if len(names) == 1:
        return {row.pk: {names[0]} for row in batch}
    found: dict[Any, set[str]] = {row.pk: set() for row in batch}
    for name in names:
        for key in rows(declaration, who, name).filter(pk__in=list(found)).values_list("pk", flat=True):
            found[key].add(name)
    return found


def alike(
    declaration: PersonalData, who: Person, batch: Sequence[Model]
) -> Sequence[tuple[frozenset[str], Sequence[Model]]]:
    """Return the rows of a batch by the roles that the person has in them; what `roles_of` costs, and no more."""
    names = frozenset((*declaration.subjects, *declaration.claims))
    if len(names) == 1:
        return [(names, batch)]
    roles, found = roles_of(declaration, who, batch), dict[frozenset[str], list[Model]]()
    for row in batch:
        found.setdefault(frozenset(roles[row.pk]), []).append(row)
    return list(found.items())


def pointing_at(model: type[Model]) -> Iterator[tuple[type[Model], ForeignKey[Any, Any]]]:
    """Yield each model with a foreign key to a model, and that key: those without a name for the way back, too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and isinstance(relation.field, ForeignKey):
            yield relation.related_model, relation.field


def many_to_many(declaration: PersonalData) -> list[str]:
    """Return the fields that are lists of other rows, to be fetched along."""
    names = {*declaration.fields, *declaration.not_personal}
    return [one.name for one in model_of(declaration)._meta.many_to_many if one.name in names]


def batches(declaration: PersonalData, who: Person, *, size: int = BATCH, after: Any = None) -> Iterator[list[Any]]:
    """Yield the rows of one model about a person in order of the primary key, so many at a time.

    By key and not by a cursor, which a proxy or a writer may cut off. ``after`` leaves out what was seen.
    """
    found = (
        rows(declaration, who).order_by("pk").prefetch_related(*many_to_many(declaration), *followed_rows(declaration))
    )
    while True:
        batch = list(found[:size] if after is None else found.filter(pk__gt=after)[:size])
        if batch:
            yield batch
        if len(batch) < size:
            return
        after = batch[-1].pk
