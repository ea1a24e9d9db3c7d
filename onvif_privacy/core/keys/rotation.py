"""Wrapping keys anew under the active ring key. What they sealed stays as it is."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import router
from django.db.models import BinaryField, Case, Count, Value, When

from onvif_privacy.core.keys.labels import unwrap_label, wrap_label
from onvif_privacy.core.keys.ring import ring
from onvif_privacy.core.keys.subjects import unwrap, wrap

AT_ONCE = 100  # parameters of one statement stay below what every database takes


def _kinds() -> tuple[Any, ...]:
    return tuple(apps.get_model("onvif_privacy", name) for name in ("SubjectKey", "LabelKey"))


def wrapped_by() -> dict[str, int]:
    """Return how many keys each ring key wraps, by its id."""
    found: dict[str, int] = {}
    for model in _kinds():
        rows = model._default_manager.using(router.db_for_write(model)).exclude(wrapped=None)
        for key_id, number in rows.order_by().values_list("ring_key").annotate(number=Count("pk")):
            found[key_id] = found.get(key_id, 0) + number
    return found


def rewrap_keys(limit: int) -> int:
    """Wrap up to ``limit`` keys anew; returns how many. 0 means that none is left under an older ring key.

    Each update asks for the old wrapping, so a concurrent writer wins and a destroyed key stays destroyed.
    Raises KeyRingError where the ring lacks an older key.
    """
    active, done = ring().active("data").id, 0
    for model in _kinds():
        table = model._default_manager.using(router.db_for_write(model))
        open_key, close_key = (unwrap_label, wrap_label) if model.__name__ == "LabelKey" else (unwrap, wrap)
        while done < limit:
            rows = list(table.exclude(wrapped=None).exclude(ring_key=active)[: min(AT_ONCE, limit - done)])
            if not rows:
                break
            before = [bytes(row.wrapped) for row in rows]
            for row in rows:
                close_key(row, open_key(row))
            wrapped = Case(
                *(When(pk=row.pk, then=Value(row.wrapped, output_field=BinaryField())) for row in rows),
                output_field=BinaryField(),
            )
            same = table.filter(pk__in=[row.pk for row in rows], wrapped__in=before)
            same.update(wrapped=wrapped, ring_key=active)
            done += len(rows)
    return done
