"""The JSON Schema (2020-12) of ``export.json``, made from the declarations, so that other programs can read it."""

from __future__ import annotations

from typing import Any

from django.db.models import Field as Column
from django.db.models import FileField, ForeignKey, ManyToManyField
from django.urls import NoReverseMatch, reverse

from onvif_privacy.core.conf import conf
from onvif_privacy.core.fields import IndexColumn, RowKeyField
from onvif_privacy.core.registry import Json, PersonalData
from onvif_privacy.rights.services import holdings

VERSION = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"

LEFT_OUT = {"$ref": "#/$defs/left_out"}
TEXT: dict[str, Any] = {"type": "string"}
WHOLE = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]}
TYPES: dict[str, dict[str, Any]] = {
    "BooleanField": {"type": "boolean"},
    "FloatField": {"anyOf": [{"type": "number"}, TEXT]},
    "DecimalField": {"type": "string", "pattern": r"^-?[0-9.]+(E[+-]?[0-9]+)?$|^-?(NaN|Infinity)$"},
    "DateField": {"type": "string", "format": "date"},
    "EncryptedDateField": {"type": "string", "format": "date"},
    "DateTimeField": {"type": "string", "format": "date-time"},
    "TimeField": {"type": "string"},
    "DurationField": {"type": "string", "format": "duration"},
    "UUIDField": {"type": "string", "format": "uuid"},
    "BinaryField": {"type": "string", "contentEncoding": "base64"},
    "EncryptedBinaryField": {"type": "string", "contentEncoding": "base64"},
    "JSONField": {},
    "EncryptedJsonField": {},
    "EncryptedTextField": TEXT,
    "EncryptedEmailField": TEXT,
    "EncryptedIntegerField": WHOLE,
}
TEXTS = ("CharField", "TextField", "SlugField", "GenericIPAddressField", "IPAddressField", "FilePathField")


def _type(column: Column[Any, Any]) -> dict[str, Any]:
    """Return what the value of a field may be; anything for a type that only the site knows."""
    if isinstance(column, FileField):
        return {"type": "object", "properties": {"file": TEXT}, "required": ["file"], "additionalProperties": False}
    if isinstance(column, ManyToManyField):
        return {"type": "array"}
    if isinstance(column, ForeignKey):
        return _type(column.target_field)
    for name in (type(column).__name__, column.get_internal_type()):
        if name in TYPES:
            return TYPES[name]
        if name in TEXTS:
            return TEXT
        if name.endswith(("IntegerField", "AutoField")):
            return WHOLE
    return {}


def _value(column: Column[Any, Any]) -> dict[str, Any]:
    kind = _type(column)
    return {"anyOf": [kind, {"type": "null"}, LEFT_OUT]} if kind else {}


def _exported(declaration: PersonalData) -> list[Column[Any, Any]]:
    model = holdings.model_of(declaration)
    roots = {path.partition("__")[0] for path in declaration.subjects.values() if isinstance(path, str)}
    known = {*declaration.fields, *declaration.not_personal, *roots}
    columns = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return [one for one in columns if one.name in known and not isinstance(one, (IndexColumn, RowKeyField))]


def _model(declaration: PersonalData) -> dict[str, Any]:
    columns = _exported(declaration)
    values = {
        "type": "object",
        "properties": {
            one.name: {} if isinstance(declaration.fields.get(one.name), Json) else _value(one) for one in columns
        },
        "additionalProperties": False,
    }
    row = {
        "type": "object",
        "properties": {"id": {}, "roles": {"type": "array", "items": TEXT}, "values": values},
        "required": ["id", "roles", "values"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"label": TEXT, "fields": {"type": "object"}, "rows": {"type": "array", "items": row}},
        "required": ["label", "fields", "rows"],
        "additionalProperties": False,
    }


def address() -> str:
    """Return where the schema is published; empty where the site has no public address."""
    try:
        return conf.BASE_URL.rstrip("/") + reverse("onvif_privacy_rights:schema") if conf.BASE_URL else ""
    except NoReverseMatch:
        return ""


def schema() -> dict[str, Any]:
    """Return the schema of everything this site can hand out. No query."""
    texts = ("schema", "made_at", "organisation", "contact", "subject", "language")
    decision = {
        "type": "object",
        "properties": {
            "purpose": TEXT,
            "outcome": TEXT,
            "decided_at": {"type": "string", "format": "date-time"},
            "method": TEXT,
            "words": {"type": ["string", "null"]},
            "receipt": {"type": ["string", "null"]},
        },
        "required": ["purpose", "outcome", "decided_at"],
    }
    made: dict[str, Any] = {
        "$schema": DIALECT,
        "title": "Personal data held about one person",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            **dict.fromkeys(texts, TEXT),
            "purposes": {"type": "object"},
            "models": {
                "type": "object",
                "properties": {one.model: _model(one) for one in holdings.declared()},
                "additionalProperties": False,
            },
            "decisions": {"type": "array", "items": decision},
            "left_out": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["version", "made_at", "organisation", "subject", "models", "decisions", "left_out"],
        "additionalProperties": False,
        "$defs": {
            "left_out": {
                "description": "A value that is not handed out, and why.",
                "type": "object",
                "properties": {"left_out": TEXT},
                "required": ["left_out"],
                "additionalProperties": False,
            }
        },
    }
    return made | ({"$id": where} if (where := address()) else {})
