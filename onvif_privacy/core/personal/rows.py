"""Finding a subject's rows, and the leaves of JSON fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import Field as ModelField
from django.db.models import ForeignObjectRel, Model, QuerySet, UUIDField

from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import DeclarationError, Field, Json, PersonalData
from onvif_privacy.core.registry.personal import SubjectPath

Place = tuple[str | int, ...]


def model_of(declaration: PersonalData) -> type[Model]:
    """Return the declared model; raises LookupError for an unknown label."""
    return apps.get_model(declaration.model)


def path_end(model: type[Model], path: str) -> ModelField[Any, Any] | type[Model]:
    """Follow a ``__`` path and return what it ends at: a related model, or a column. Raises FieldDoesNotExist."""
    end: ModelField[Any, Any] | type[Model] = model
    for name in path.split("__"):
        if not isinstance(end, type):
            raise DeclarationError(f"{path}: {name} follows a plain column.")
        found = end._meta.get_field(name)
        if isinstance(found, ForeignObjectRel) or found.is_relation:
            related = found.related_model
            if not isinstance(related, type):
                raise DeclarationError(f"{path}: {name} leads nowhere.")
            end = related
        else:
            end = found
    return end


def _condition(model: type[Model], path: str, subject: Subject) -> dict[str, Any]:
    """Return the filter for one path; an empty one (matching nothing) where the subject has no user."""
    end = model if path == "self" else path_end(model, path)
    prefix = "" if path == "self" else path
    if end is Subject:
        return {prefix or "pk": subject.pk}
    if end is get_user_model():
        # A user of the site; a subject without one owns no such row.
        return {prefix or "pk": subject.user_id} if subject.user_id is not None else {"pk__in": []}
    if isinstance(end, UUIDField):
        return {path: subject.pk}
    raise DeclarationError(f"{model._meta.label}: {path} leads to neither the user model, Subject, nor a subject id.")


def rows_of(declaration: PersonalData, subject: Subject, role: str | None = None) -> QuerySet[Any]:
    """Return the rows of a model in which the subject has ``role``, or any role. One query when evaluated."""
    model = model_of(declaration)
    rows = model._base_manager.all()
    found = rows.none()
    for name, path in declaration.subjects.items():
        if role in (None, name):
            found = found | _rows(model, rows, path, subject)
    return found.distinct()


def _rows(model: type[Model], rows: QuerySet[Any], path: SubjectPath, subject: Subject) -> QuerySet[Any]:
    if callable(path):
        return rows.filter(pk__in=path(rows, subject).values("pk"))
    return rows.filter(**_condition(model, path, subject))


def rows_owned(model: type[Model], path: SubjectPath | None, people: Sequence[Subject]) -> QuerySet[Any]:
    """Return the rows that a path leads from to any of these people, from the database that is written.

    A function knows the rows of one person only; for several it gives none.
    """
    rows = model._base_manager.using(router.db_for_write(model))
    if callable(path):
        return rows.filter(pk__in=path(rows, people[0]).values("pk")) if len(people) == 1 else rows.none()
    if path is None:
        return rows.none()
    wanted: dict[str, list[Any]] = {}
    for person in people:
        for look_up, value in _condition(model, path, person).items():
            wanted.setdefault(look_up, []).append(value)
    wanted.pop("pk__in", None)  # who is no user of the site owns no such row
    return rows.filter(**{f"{look_up}__in": values for look_up, values in wanted.items()}) if wanted else rows.none()


def _walk(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    children: Iterator[tuple[str | int, Any]]
    if isinstance(value, dict) and value:
        children = iter(value.items())
    elif isinstance(value, list) and value:
        children = iter(enumerate(value))
    else:
        yield place, value
        return
    for key, child in children:
        yield from _walk(child, (*place, key))


def _declared(json: Json, place: Place) -> Field | None:
    path = ".".join(str(step) for step in place)
    for pattern in sorted(json.leaves, key=lambda one: ("*" in one, -len(one))):  # exact first, then the longer
        if path == pattern or path.startswith(f"{pattern}.") or fnmatchcase(path, pattern):
            leaf = json.leaves[pattern]
            return leaf if isinstance(leaf, Field) else None
    return json.rest


def leaves(json: Json, value: Any) -> Iterator[tuple[Place, Any, Field]]:
    """Yield place, value and declaration of every personal leaf of a JSON value, depth first."""
    for place, leaf in _walk(value):
        field = _declared(json, place)
        if field is not None and place:
            yield place, leaf, field
