"""What an erasure is going to do, before it does anything: which rows end, what stays and why, in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CASCADE, Count, ForeignKey, Max, Model
from django.utils import timezone

from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.keeping import followed
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import After, Field, Json, PersonalData, exemptions, personal_data
from onvif_privacy.core.registry.strategies import Keep
from onvif_privacy.rights.services import holdings


class UndeclaredCascade(Exception):
    """Deleting a declared row would delete rows of a model that nobody declared; nothing was changed."""


@dataclass(frozen=True)
class ModelPlan:
    """What happens to the rows of one model. ``keeps`` maps a purpose to its fields and the last day, if known."""

    model: str
    rows: int
    ends: list[str]
    keeps: dict[str, Any]
    deletes: bool


@dataclass(frozen=True)
class Plan:
    """What happens to one person, model by model, in order."""

    people: int
    models: list[ModelPlan] = field(default_factory=list)

    @property
    def as_json(self) -> dict[str, Any]:
        """The plan as it is stored and shown."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the plan; what its ledger entry holds."""
        return hashlib.sha256(canonical(self.as_json)).hexdigest()


def _parents(model: type[Model], known: dict[type[Model], PersonalData]) -> set[type[Model]]:
    return {
        one.related_model
        for one in model._meta.concrete_fields
        if isinstance(one, ForeignKey) and one.related_model in known and one.related_model is not model
    }


def ordered(declared: Iterable[PersonalData] | None = None) -> list[PersonalData]:
    """Return declarations, children before what they point at; a circle is cut where it is met first.

    Of everything that leads to people, unless others are given.
    """
    known = {holdings.model_of(one): one for one in (holdings.declared() if declared is None else declared)}
    found: list[PersonalData] = []
    left = dict(known)
    while left:
        pointed = {parent for model in left for parent in _parents(model, known)}
        free = [model for model in left if model not in pointed] or [min(left, key=lambda one: one._meta.label)]
        for model in sorted(free, key=lambda one: one._meta.label):
            found.append(left.pop(model))
    return found


def _known(model: type[Model]) -> bool:
    label = model._meta.label_lower
    automatic = bool(model._meta.auto_created)
    return label in personal_data or label in exemptions or automatic or label.startswith("onvif_privacy")


def cascades() -> list[tuple[str, str]]:
    """Return each (declared model, undeclared model) where deleting a row of the first deletes rows of the second."""
    found = []
    for declaration in holdings.declared():
        if declaration.row is None:
            continue
        seen, queue = set[type[Model]](), [holdings.model_of(declaration)]
        while queue:
            model = queue.pop()
            for target, link in holdings.pointing_at(model):
                if target in seen or link.remote_field.on_delete is not CASCADE:
                    continue
                seen.add(target)
                queue.append(target)
                if not _known(target):
                    found.append((declaration.model, target._meta.label))
    return sorted(found)


def _kept_fields(declaration: PersonalData, names: list[str]) -> dict[str, list[str]]:
    """Return the fields that a duty may keep, by its purpose."""
    found: dict[str, list[str]] = {}
    for name in names:
        one = declaration.fields[name]
        parts = [one] if isinstance(one, Field) else [*one.leaves.values(), one.rest]
        for part in parts:
            if isinstance(part, Field) and isinstance(part.erase, Keep):
                found.setdefault(part.erase.purpose, [])
                if name not in found[part.erase.purpose]:
                    found[part.erase.purpose].append(name)
    return found


def _counted_from(declaration: PersonalData, slug: str) -> str:
    """Return the look-up of the date a purpose counts from; empty where the database cannot compare: it is sealed."""
    path, term = followed(declaration, slug)
    if not isinstance(term, After):
        return ""
    look_up = "__".join((*path, term.field))
    return "" if isinstance(path_end(holdings.model_of(declaration), look_up), EncryptedField) else look_up


def _until(term: object, last: Any) -> str | None:
    if not isinstance(term, After) or not isinstance(last, date):
        return None
    ends = last + timedelta(days=term.days)
    return (timezone.localtime(ends).date() if isinstance(ends, datetime) else ends).isoformat()


def _model_plan(declaration: PersonalData, who: holdings.Person) -> ModelPlan | None:
    names = list(declaration.fields)
    keeps = _kept_fields(declaration, names)
    terms = {f"last_{slug}": Max(look_up) for slug in keeps if (look_up := _counted_from(declaration, slug))}
    found = holdings.rows(declaration, who).order_by().aggregate(count=Count("pk"), **terms)
    if not found["count"]:
        return None
    today = timezone.localdate().isoformat()
    kept: dict[str, Any] = {}
    for slug, fields in keeps.items():
        until = _until(followed(declaration, slug)[1], found.get(f"last_{slug}"))
        if until is None or until > today:
            kept[slug] = {"fields": sorted(fields), "until": until}
    staying = {name for one in kept.values() for name in one["fields"]}
    ends = [name for name in names if name not in staying or isinstance(declaration.fields[name], Json)]
    deletes = declaration.row is not None and not staying
    return ModelPlan(declaration.model, int(found["count"]), sorted(ends), kept, deletes)


def plan(*, subject: Subject) -> Plan:
    """Return what an erasure would do now; at most two queries for each declared model, nothing is changed.

    Raises UndeclaredCascade, naming both models.
    """
    if wrong := cascades():
        names = ", ".join(f"{inner} goes with {outer}" for outer, inner in wrong)
        raise UndeclaredCascade(f"Declare or exempt what a delete would take along: {names}.")
    with holdings.opened(subject) as (_scope, who):
        plans = [_model_plan(one, who) for one in ordered()]
    return Plan(len(who.subjects), [one for one in plans if one is not None])
