"""Asking which scope is open, and finding rows by an encrypted value in it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from onvif_privacy.core.fields.base import EncryptedField
from onvif_privacy.core.fields.sealed import opener, refused
from onvif_privacy.core.gate.scope import Scope


def current() -> Scope | None:
    """Return the scope that is open here; None where there is none."""
    found = opener.get()
    return found if isinstance(found, Scope) and found.is_open else None


def find(queryset: QuerySet[Any], **wanted: Any) -> list[Any]:
    """Return the rows whose encrypted field equals a value: ``find(Order.objects.all(), email="a@example.org")``.

    Needs an open scope that may read the field, and a blind index on it. Rows of people who may not be read are left
    out. Four queries. Raises PurposeRequired, LookupRefused.
    """
    if len(wanted) != 1:
        raise TypeError("gate.find() takes one field and its value.")
    ((name, value),) = wanted.items()
    field = queryset.model._meta.get_field(name)
    if not isinstance(field, EncryptedField):
        raise TypeError(f"{name} is not encrypted: use filter().")
    found = current()
    why = "no gate scope is open" if found is None else found.why_not_field(queryset.model, name)
    if found is None or why:
        raise refused(field.label, why)
    return found.search(queryset, field, value)
