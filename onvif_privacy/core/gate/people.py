"""Whose a value is, and whether it may be read for a purpose now."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, router

from onvif_privacy.core import consent
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.fields.checking import owned_by_subject
from onvif_privacy.core.gate import closing
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import DeclarationError, NotDeclared, purposes
from onvif_privacy.core.registry.personal import After, Field, Json, PersonalData, SubjectPath, personal_data
from onvif_privacy.core.registry.strategies import Keep

HOUSEKEEPING = "housekeeping"
FRESH_SECONDS = 2.0  # how long an attribute may rely on the last answer about a person


def declared(model: type[models.Model]) -> PersonalData:
    """Return the declaration of a model; raises NotDeclared."""
    concrete = model._meta.concrete_model or model
    return personal_data.get(concrete._meta.label_lower)


def declared_field(model: type[models.Model], name: str) -> Field | None:
    """Return how a field is declared; a JSON field by its ``rest``; None where it is not."""
    try:
        found: Field | Json | None = declared(model).fields.get(name)
    except NotDeclared:
        return None
    return found.rest if isinstance(found, Json) else found


def purposes_of(model: type[models.Model], name: str) -> frozenset[str]:
    """Return the purposes a field may be read for; for JSON those that every leaf shares."""
    try:
        found = declared(model).fields.get(name)
    except NotDeclared:
        return frozenset()
    if isinstance(found, Json):
        leaves = [one for one in (*found.leaves.values(), found.rest) if isinstance(one, Field)]
        return frozenset.intersection(*(frozenset(one.purposes) for one in leaves))
    if found and found.purpose_column:  # each row says which of them; see `purpose_column`
        return frozenset(one.slug for one in purposes.all())
    wanted = found.purposes if found else ()
    return frozenset((*wanted, HOUSEKEEPING) if counts_a_term(model, name) else wanted)


def counts_a_term(model: type[models.Model], name: str) -> bool:
    """Whether a term of the model counts from the date in this field, so that housekeeping must read it."""
    return any(isinstance(one, After) and one.field == name for one in declared(model).terms.values())


def purpose_column(model: type[models.Model], name: str) -> str:
    """Return the column in which a row says what a field of it may be read for; empty where the declaration says."""
    found = declared_field(model, name)
    return found.purpose_column if found else ""


def owner_path(model: type[models.Model], name: str) -> SubjectPath | None:
    """Return the path from a row to the person a field is about; None where nobody is declared."""
    field = model._meta.get_field(name)
    if isinstance(field, EncryptedField) and field.subject and owned_by_subject(field):
        return field.subject
    try:
        declaration = declared(model)
    except NotDeclared:
        return None
    of = declared_field(model, name)
    role = of.of if of and of.of else next(iter(declaration.subjects), "")
    return declaration.subjects.get(role)


def _users(model: type[models.Model], path: str) -> str | None:
    """Return the look-up of the user a path ends at; None where it ends at a subject or a column of subject ids."""
    if path == "self":
        return "pk"
    end = path_end(model, path)
    if end is get_user_model():
        return path
    if end is Subject or isinstance(end, models.UUIDField):
        return None
    raise DeclarationError(f"{model._meta.label}: {path} leads to neither the user model, Subject, nor a subject id.")


def _subjects_of_users(users: Iterable[Any]) -> dict[Any, uuid.UUID]:
    wanted, rows = {one for one in users if one is not None}, Subject.objects.using(router.db_for_write(Subject))
    found = dict(rows.filter(user_id__in=wanted).values_list("user_id", "pk"))
    missing = wanted - set(found)
    if missing:
        rows.bulk_create([Subject(user_id=one) for one in missing], ignore_conflicts=True)
        found = dict(rows.filter(user_id__in=wanted).values_list("user_id", "pk"))
    return found


def owners(
    rows: models.QuerySet[Any], path: SubjectPath | None, only: Subject | None
) -> Mapping[Any, uuid.UUID | None]:
    """Return the subject id of each row by primary key, None where nobody is known. One query, or two.

    Where the declaration gives a function instead of a path, only ``only`` can be recognised.
    """
    if path is None:
        return {}
    if callable(path):
        return {} if only is None else dict.fromkeys(path(rows, only).values_list("pk", flat=True), only.pk)
    users = _users(rows.model, path)
    if users is None:
        return dict(rows.values_list("pk", path))
    found = dict(rows.values_list("pk", users))
    subjects = _subjects_of_users(found.values())
    return {key: subjects.get(user) for key, user in found.items()}


class Permission:
    """Answers about people for one purpose, remembered for two seconds."""

    def __init__(self, purpose: str, only: Subject | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.purpose = purpose
        self.only = only
        self._clock = clock
        self._known: dict[uuid.UUID, tuple[float, bool, bool]] = {}

    def ask_first(self) -> None:
        """Ask about the one person of the scope in the query that confirms that the gate is open."""
        if self.only is None:
            closing.confirm(self.purpose)
        elif closing.confirm_beside(self.purpose, consent.audience(self.purpose).filter(pk=self.only.pk)):
            self._known[self.only.pk] = (self._clock(), True, False)

    def ask(self, people: Collection[uuid.UUID]) -> None:
        """Ask about people now, whatever was answered before. One query, two where somebody may not be read."""
        wanted = set(people)
        good = set(consent.audience(self.purpose).filter(pk__in=wanted).values_list("pk", flat=True))
        others = Subject.objects.using(router.db_for_write(Subject)).filter(pk__in=wanted - good)
        erased = set(others.filter(erased_at__isnull=False).values_list("pk", flat=True)) if wanted - good else set()
        now = self._clock()
        self._known |= {one: (now, one in good, one in erased) for one in wanted}

    def why_not(self, person: uuid.UUID | None, field: Field | None) -> str:
        """Say why this person's value may not be read for the purpose; empty where it may."""
        if self.only is not None and person != self.only.pk:
            return "the scope is open for another person"
        if person is None:  # doubt favours the person: only what nobody is asked for
            return "" if purposes.get(self.purpose).default else "nobody is known who could have agreed"
        known = self._known.get(person)
        if known is None or self._clock() - known[0] > FRESH_SECONDS:
            self.ask([person])
            known = self._known[person]
        _at, good, erased = known
        # What a duty keeps beyond an erasure may be read for that duty.
        kept = field is not None and isinstance(field.erase, Keep) and field.erase.purpose == self.purpose
        # When a term ends is asked of everybody, whatever they decided.
        return (
            ""
            if good or (erased and kept) or self.purpose == HOUSEKEEPING
            else f"this person may not be reached for {self.purpose!r}"
        )
