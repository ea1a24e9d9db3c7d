"""Sealing values anew: under the active ring key, under the key their declaration asks for, with a fresh index."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, router
from django.db.models import BinaryField, Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Length, Substr
from django.db.models.lookups import Exact, GreaterThan

from onvif_privacy.core.fields.base import EncryptedField, encrypted_fields
from onvif_privacy.core.fields.checking import owned_by_subject, owner_field, row_field
from onvif_privacy.core.fields.index import GENERATION_SHIFT
from onvif_privacy.core.fields.sealed import Place
from onvif_privacy.core.fields.sealing import open_at
from onvif_privacy.core.keys import KeyDestroyed, OpeningKeys, label, ring
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES, VERSION, key_id_of

AT_ONCE = 100  # parameters of one statement stay below what every database takes
HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


def every_field() -> Iterator[EncryptedField]:
    """Yield every encrypted field of every installed model, each once."""
    for model in apps.get_models():
        if not model._meta.proxy:
            yield from (field for field in encrypted_fields(model) if field.model is model)


def rows_of(field: EncryptedField) -> Any:
    """Return all rows of a field's table, from the database that is written."""
    return field.model._base_manager.using(router.db_for_write(field.model))


def _raw(field: EncryptedField) -> ExpressionWrapper[Any]:
    # As bytes: the field itself refuses every look-up.
    return ExpressionWrapper(F(field.name), output_field=BinaryField())


def _named(field: EncryptedField, key_id: str) -> Exact[Any]:
    head = Substr(_raw(field), 1, HEAD_BYTES, output_field=BinaryField())
    return Exact(head, Value(VERSION + bytes.fromhex(key_id), output_field=BinaryField()))


def _filled(field: EncryptedField) -> Q:
    return Q(GreaterThan(Length(_raw(field)), 0))


def values_by() -> dict[str, int]:
    """Return how many values of row keys each ring key holds, by its id; ``?`` counts keys that the ring lacks."""
    found: dict[str, int] = {}
    for field in every_field():
        if field.subject is None:
            left = rows_of(field).filter(_filled(field)).count()
            for key in (one for one in ring().keys if one.use == "data"):
                number = rows_of(field).filter(_named(field, key.id)).count() if left else 0
                found[key.id] = found.get(key.id, 0) + number
                left -= number
            found["?"] = found.get("?", 0) + left
    return {key_id: number for key_id, number in found.items() if number}


def _place(field: EncryptedField, row: dict[str, Any]) -> Place:
    key = row_field(field.model)
    assert key is not None  # noqa: S101 - check E040
    return field.place_at(row[key.attname], row[owner_field(field).attname] if field.subject else None)


def _chunk(field: EncryptedField, rows: Any, limit: int) -> list[dict[str, Any]]:
    key = row_field(field.model)
    columns = {"pk", field.name, key.attname if key else "pk"}
    if field.subject:
        columns.add(owner_field(field).attname)
    if field.index:
        columns.add(field.index_name)
    return list(rows.order_by("pk").values(*columns)[:limit])


def _resealed(field: EncryptedField, row: dict[str, Any], keys: OpeningKeys, to: uuid.UUID | None) -> Any:
    """Return the value of a row sealed anew; None where its present or future key was destroyed."""
    place = _place(field, row)
    try:
        value = field.decode(open_at(place, row[field.name].envelope, keys))
        return value, field.seal(value, field.place_at(place.row, to or place.subject))
    except KeyDestroyed:
        return None


def reseal(field: EncryptedField, rows: list[dict[str, Any]], keys: OpeningKeys, to: uuid.UUID | None = None) -> int:
    """Seal values anew, for another owner where ``to`` says so; returns how many.

    Each update asks for the old envelope, so a concurrent writer wins.
    """
    done = 0
    for start in range(0, len(rows), AT_ONCE):
        part = [(row, new) for row in rows[start : start + AT_ONCE] if (new := _resealed(field, row, keys, to))]
        if not part:
            continue
        changes: dict[str, Any] = {}
        if field.index:  # before the value: MariaDB assigns from left to right
            indexes = [
                When(_still(field, row), then=Value(number))
                for (row, _new), number in zip(part, _indexes(field, part), strict=True)
            ]
            changes[field.index_name] = Case(
                *indexes, default=F(field.index_name), output_field=models.BigIntegerField()
            )
        values = [When(_still(field, row), then=Value(new[1], output_field=field)) for row, new in part]
        changes[field.name] = Case(*values, default=F(field.name), output_field=field)
        rows_of(field).filter(pk__in=[row["pk"] for row, _new in part]).update(**changes)
        done += len(part)
    return done


def _still(field: EncryptedField, row: dict[str, Any]) -> Q:
    return Q(Exact(_raw(field), Value(row[field.name].envelope, output_field=BinaryField())), pk=row["pk"])


def _indexes(field: EncryptedField, part: list[tuple[dict[str, Any], Any]]) -> list[int]:
    newest = label("index")[0]
    return [field.index_value(newest, new[0]) for _row, new in part]


def reseal_values(limit: int) -> int:
    """Seal up to ``limit`` values of row keys anew under the active ring key; returns how many were looked at.

    Raises SealBroken for a value that is not as it was written, KeyRingError.
    """
    active, done, keys = ring().active("data").id, 0, OpeningKeys()
    for field in every_field():
        if field.subject is None and done < limit:
            old = rows_of(field).filter(_filled(field) & ~Q(_named(field, active)))
            rows = _chunk(field, old, limit - done)
            reseal(field, rows, keys)
            done += len(rows)
    return done


def follow_declarations(cursor: dict[str, Any], limit: int) -> bool:
    """Move values to the key and index generation that hold now, ``limit`` rows of one field; True while work is left.

    ``cursor`` (JSON) remembers what each field was last brought to, so that an unchanged field costs nothing.
    """
    done: dict[str, str] = cursor.get("done", {})
    generation = label("index")[0].generation
    for field in every_field():
        plan = f"{generation}/{field.index.bits}" if field.index else ""
        wanted = f"{field.use if field.subject else 'row'} {plan}"
        if done.get(field.label) == wanted or not (field.index or owned_by_subject(field)):
            continue
        rows = rows_of(field).filter(_filled(field))
        if cursor.get("field") == f"{field.label} {wanted}":
            rows = rows.filter(pk__gt=cursor["after"])
        found = _chunk(field, rows, limit)
        _move(field, found, generation)
        if len(found) < limit:
            cursor["done"] = {**done, field.label: wanted}
        else:
            cursor |= {"field": f"{field.label} {wanted}", "after": str(found[-1]["pk"])}
        return True
    return False


def _move(field: EncryptedField, rows: list[dict[str, Any]], generation: int) -> None:
    keys = OpeningKeys()
    keys.fetch({row[owner_field(field).attname] for row in rows} - {None} if field.subject else ())
    stale = []
    for row in rows:
        place, sealed = _place(field, row), row[field.name]
        elsewhere = place.subject is not None and keys.use_of(place.subject, key_id_of(sealed.envelope)) != field.use
        index = field.index
        if index and (index.before or (row[field.index_name] or 0) >> GENERATION_SHIFT != generation):
            stale.append(row)  # a plan leaves no mark on a row, so a new one writes them all
        elif elsewhere:
            stale.append(row)
    reseal(field, stale, keys)


def change_owner(before: models.Model, after: models.Model) -> int:
    """Give every row with values sealed for one subject to another, sealing them anew; returns how many values.

    Runs in the caller's transaction. Rows without encrypted fields stay: their room decides. So do those of a model
    with ``stays_on_merge``.
    """
    owned: dict[tuple[type[models.Model], str], list[EncryptedField]] = {}
    for field in every_field():
        if owned_by_subject(field) and not getattr(field.model, "stays_on_merge", False):
            owned.setdefault((field.model, owner_field(field).attname), []).append(field)
    keys, moved = OpeningKeys(), 0
    for (_model, owner), fields in owned.items():
        rows = rows_of(fields[0]).filter(**{owner: before.pk})
        if owner_field(fields[0]).unique and rows_of(fields[0]).filter(**{owner: after.pk}).exists():
            continue  # one row a person: the account's own stays
        changed = list(rows.values_list("pk", flat=True))
        for field in fields:
            filled = rows_of(field).filter(_filled(field), pk__in=changed)
            moved += reseal(field, _chunk(field, filled, len(changed)), keys, after.pk)
        rows_of(fields[0]).filter(pk__in=changed).update(**{owner: after.pk})
    return moved
