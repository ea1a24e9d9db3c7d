"""What is not declared yet: every field of every installed model is personal, not personal, or its model is exempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from onvif_privacy.core.fields import IndexColumn, RowKeyField, StatementField
from onvif_privacy.core.registry import PersonalData, exemptions, personal_data

# Columns of the house that say nothing of a person: a random row id, a few bits of a keyed digest, a version.
OURS = (IndexColumn, RowKeyField, StatementField)


@dataclass(frozen=True)
class Gap:
    """A model without a declaration (``field`` empty), or a field that its declaration does not mention."""

    model: str
    field: str = ""


def fields_of(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the concrete and many-to-many fields of a model."""
    return [*model._meta.concrete_fields, *model._meta.local_many_to_many]


def covered(declaration: PersonalData, model: type[Model]) -> set[str]:
    """Return the names that a declaration speaks of: fields, not personal ones, and the columns that its paths use."""
    names = {*declaration.fields, *declaration.not_personal}
    paths = (path for path in declaration.subjects.values() if isinstance(path, str) and path != "self")
    return names | {path.partition("__")[0] for path in paths}


def gaps() -> list[Gap]:
    """Return everything undeclared, by model label. Proxies and auto-made join tables speak through their model."""
    found = []
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.proxy or label.lower() in exemptions or label.startswith("onvif_privacy"):
            continue
        if label.lower() not in personal_data:
            found.append(Gap(label))
            continue
        known = covered(personal_data.get(label.lower()), model)
        undeclared = (one for one in fields_of(model) if one.name not in known and not isinstance(one, OURS))
        found += [Gap(label, field.name) for field in undeclared]
    return sorted(found, key=lambda gap: (gap.model, gap.field))


def reaches_user(model: type[Model]) -> bool:
    """Whether a model has a field that points at a person of the site."""
    from django.contrib.auth import get_user_model

    from onvif_privacy.core.models import Subject

    people = (get_user_model(), Subject)
    return any(field.is_relation and field.related_model in people for field in fields_of(model))
