"""A declaration to start from: what ``privacy_declare`` prints for a host's app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models import (
    BinaryField,
    DateField,
    Field,
    FileField,
    GenericIPAddressField,
    JSONField,
    Model,
    TextField,
)

from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.completeness import OURS, fields_of
from onvif_privacy.core.registry import blank
from onvif_privacy.core.registry.personal import exemptions, personal_data

# Words in a field's name, in English and as Django's own apps spell them, and the class they hint at.
_HINTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("password", "secret", "token", "hash"), "credential"),
    (("email", "phone", "mobile", "fax", "street", "address", "city", "zip", "postcode", "postal"), "contact"),
    (("birth", "gender", "sex", "age", "nationality", "language"), "demographic"),
    (("iban", "card", "invoice", "tax", "vat", "bank", "billing"), "billing"),
    (("ip", "agent", "browser", "device", "login"), "connection"),
    (("name", "user", "nick", "alias", "photo", "avatar", "passport"), "identity"),
    (("note", "comment", "message", "body", "text", "reply"), "content"),
    (("score", "interest", "preference", "segment", "referrer", "utm"), "profile"),
)


def guess(field: Field[Any, Any]) -> str:
    """Return the data class that a field's name and type hint at; empty where nothing does."""
    words = set(field.name.lower().split("_"))
    if isinstance(field, GenericIPAddressField):
        return "connection"
    for hints, data_class in _HINTS:
        if any(hint in words or (len(hint) > 3 and hint in field.name.lower()) for hint in hints):
            return data_class
    return "content" if isinstance(field, (TextField, FileField, JSONField, BinaryField)) else ""


def _strategy(field: Field[Any, Any]) -> str:
    if isinstance(field, FileField):
        return "delete()"
    if blank().problem(field) is None:
        return "blank()"
    if field.unique:
        return "anonymise(unique=True)"
    return 'generalise("year")' if isinstance(field, DateField) else 'anonymise("–")'


def _personal_line(field: Field[Any, Any]) -> str:
    data_class, shape = guess(field), "File" if isinstance(field, FileField) else "Field"
    if isinstance(field, JSONField):
        return (
            f'        "{field.name}": Json({{}}, rest=Field("{data_class}", purposes=("operation",), erase=delete())),'
        )
    reach = ', reach="email"' if "email" in field.name else ""
    return f'        "{field.name}": {shape}("{data_class}"{reach}, purposes=("operation",), erase={_strategy(field)}),'


def _paths(model: type[Model]) -> dict[str, str]:
    people = (get_user_model(), Subject)
    if model in people:
        return {model._meta.model_name or "person": "self"}
    direct = {
        field.name: field.name
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in people
    }
    if direct:
        return direct
    for field in model._meta.concrete_fields:  # one step further: order lines belong to whoever placed the order
        related = field.related_model
        if field.is_relation and isinstance(related, type) and related is not model:
            for name in (one.name for one in related._meta.concrete_fields if one.related_model in people):
                return {name: f"{field.name}__{name}"}
    return {}


def draft_model(model: type[Model]) -> str:
    """Return the declaration of one model, or its exemption where nothing in it looks personal."""
    paths = _paths(model)
    used = {path.partition("__")[0] for path in paths.values()}
    fields = [field for field in fields_of(model) if not isinstance(field, OURS)]
    personal = [field for field in fields if field.name not in used and guess(field)]
    if not personal and not paths:
        return f'declare(exempt("{model._meta.label}", because="TODO: nothing in it is about a person"))'
    rest = [field.name for field in fields if field not in personal and field.name not in used]
    subjects = ", ".join(f'"{role}": "{path}"' for role, path in paths.items()) or "  # TODO: path to the user"
    lines = [
        "declare(PersonalData(",
        f'    model="{model._meta.label}",',
        f"    subjects={{{subjects}}},",
        "    fields={",
    ]
    lines += [_personal_line(field) for field in personal]
    lines += ["    },", f"    not_personal={tuple(rest)!r},".replace("'", '"'), "))"]
    return "\n".join(lines)


def draft(app: AppConfig) -> str:
    """Return Python text that declares every undeclared model of an app; empty when nothing is missing.

    It is a draft: purposes are all ``operation``, and what a field means is guessed from its name.
    """
    models = [
        model
        for model in app.get_models()
        if model._meta.label.lower() not in personal_data and model._meta.label.lower() not in exemptions
    ]
    if not models:
        return ""
    body = "\n".join(draft_model(model) for model in models)
    candidates = (
        "Field",
        "File",
        "Json",
        "PersonalData",
        "anonymise",
        "blank",
        "declare",
        "delete",
        "exempt",
        "generalise",
    )
    names = [name for name in candidates if f"{name}(" in body]
    return f"from onvif_privacy.core.registry import {', '.join(names)}\n\n{body}\n"
