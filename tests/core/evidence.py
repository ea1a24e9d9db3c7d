"""One small set of evidence of every guarded table, and every way we know to change it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.models import Anchoring, Decision, Entry
from onvif_privacy.core.registry import guards
from tests.core.factories import DecisionFactory, EntryFactory, NoticeFactory

Way = Callable[[], object]


def _attest() -> Model:
    now = timezone.now()
    shape = {"promise": "security.keys", "words": "Seen.", "person": "p", "evidence": "minutes-4", "at": now}
    model = apps.get_model("onvif_privacy.Attestation")
    return model.objects.create(**shape, until=now + timedelta(days=1), entry=EntryFactory())


def _prove() -> Model:
    shape = {"promise": "security.keys", "check_name": "keys", "verdict": "kept", "findings": [], "at": timezone.now()}
    return apps.get_model("onvif_privacy.Proof").objects.create(**shape)


def _seal() -> Model:
    EntryFactory()
    made = ledger.seal().seal
    assert made is not None
    return made


def _sealed_entry() -> Model:
    entry = EntryFactory()
    ledger.seal()
    return Entry.objects.get(pk=entry.pk)


def _anchor() -> Model:
    shape = {"anchor": "mailto:a@b.example", "size": Anchoring.objects.count() + 1, "digest": "0" * 64, "note": "n"}
    return apps.get_model("onvif_privacy.Anchoring").objects.create(**shape, receipt=b"r", at=timezone.now())


def _release() -> Model:
    decision = DecisionFactory()
    decision.standing.delete()
    ledger.release([decision], reason="retention")
    return apps.get_model("onvif_privacy.Release").objects.get(row_id=decision.pk)


MAKERS: dict[str, Callable[[], Model]] = {
    "onvif_privacy.Notice": NoticeFactory,
    "onvif_privacy.Entry": _sealed_entry,
    "onvif_privacy.EntrySecret": lambda: EntryFactory().secret,
    "onvif_privacy.Seal": _seal,
    "onvif_privacy.Anchoring": _anchor,
    "onvif_privacy.Decision": DecisionFactory,
    "onvif_privacy.Renewal": lambda: consent.renew("newsletter", reference=f"policy-{NoticeFactory().pk[:8]}"),
    "onvif_privacy.Release": _release,
    "onvif_privacy.Attestation": _attest,
    "onvif_privacy.Proof": _prove,
}


# A link is no evidence: it may be deleted, only its target may not change, which `test_links` tries.
NO_EVIDENCE = {"onvif_privacy.Link"}


def guarded_models() -> list[type[Model]]:
    """Return the kernel's guarded models that hold evidence."""
    labels = {guard.model for guard in guards.all() if guard.model.startswith("onvif_privacy.")} - NO_EVIDENCE
    return [apps.get_model(label) for label in sorted(labels)]


def dump(model: type[Model]) -> list[tuple[Any, ...]]:
    """Return every row of a table, as text that can be compared."""
    fields = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values_list(*fields)
    return [tuple(bytes(v) if isinstance(v, memoryview) else repr(v) for v in row) for row in rows]


def _execute(sql: str, params: list[Any] | None = None) -> Way:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)

    return run


def orm_ways(row: Model, other: Model) -> Iterator[tuple[str, Way]]:
    """Yield every path of the ORM that could change or remove a row, public ones first."""
    model, manager = type(row), type(row)._default_manager
    field = next(one for one in reversed(model._meta.concrete_fields) if not one.primary_key)
    changed = model._base_manager.get(pk=row.pk)
    setattr(changed, field.attname, getattr(other, field.attname))
    values = {field.attname: getattr(other, field.attname)}
    unique = [model._meta.pk.name]  # type: ignore[union-attr]
    targeted = connection.features.supports_update_conflicts_with_target
    upsert = {"update_conflicts": True, "update_fields": [field.name], "unique_fields": unique if targeted else None}
    yield "save", changed.save
    yield "save with update_fields", lambda: changed.save(update_fields=[field.name])
    yield "update", lambda: manager.filter(pk=row.pk).update(**values)
    yield "bulk_update", lambda: manager.bulk_update([changed], [field.name])
    yield "update_or_create", lambda: manager.update_or_create(pk=row.pk, defaults=values)
    yield "upsert", lambda: manager.bulk_create([changed], **upsert)
    yield (
        "upsert by position",
        lambda: manager.bulk_create([changed], None, False, True, [field.name], upsert["unique_fields"]),
    )
    yield "delete", changed.delete
    yield "delete all", lambda: manager.all().delete()
    yield "delete through a slice of keys", lambda: manager.filter(pk__in=[row.pk]).delete()


def deeper_orm_ways(row: Model, other: Model) -> Iterator[tuple[str, Way]]:
    """Yield what only the database can refuse: private parts of the ORM that fixtures and collectors use."""
    model = type(row)
    field = next(one for one in reversed(model._meta.concrete_fields) if not one.primary_key)
    changed = model._base_manager.get(pk=row.pk)
    setattr(changed, field.attname, getattr(other, field.attname))
    rows = model._base_manager.filter(pk=row.pk)
    yield "base manager update", lambda: rows.update(**{field.attname: getattr(other, field.attname)})
    yield "base manager delete", rows.delete
    yield "raw delete", lambda: rows._raw_delete(rows.db)
    yield "fixture", lambda: changed.save_base(raw=True)
    if hasattr(model._default_manager.all(), "release"):
        yield "release without a Release", lambda: model._default_manager.filter(pk=row.pk).release()


def sql_ways(row: Model, other: Model) -> Iterator[tuple[str, Way]]:
    """Yield statements that an owner of the database would try."""
    model, vendor = type(row), connection.vendor
    table, fields = model._meta.db_table, model._meta.concrete_fields
    pk = model._meta.pk
    assert pk is not None

    def raw(field: Any, source: Model) -> Any:
        return field.get_db_prep_value(getattr(source, field.attname), connection)

    for field in fields:
        sql = f"UPDATE {table} SET {field.column} = %s WHERE {pk.column} = %s"
        yield f"UPDATE {field.column}", _execute(sql, [raw(field, other), raw(pk, row)])
        yield f"UPDATE {field.column} to NULL", _execute(f"UPDATE {table} SET {field.column} = NULL")
    yield "DELETE", _execute(f"DELETE FROM {table} WHERE {pk.column} = %s", [raw(pk, row)])
    yield "DELETE all", _execute(f"DELETE FROM {table}")
    # The row once more, with everything but its key taken from the other row.
    mixed = [raw(field, row if field.primary_key or field.unique else other) for field in fields]
    names, marks = ", ".join(field.column for field in fields), ", ".join(["%s"] * len(fields))
    last = fields[-1].column
    insert = f"INTO {table} ({names}) VALUES ({marks})"
    if vendor in ("sqlite", "mysql"):
        yield "REPLACE", _execute(f"REPLACE {insert}", mixed)
    if vendor == "sqlite":
        yield "INSERT OR REPLACE", _execute(f"INSERT OR REPLACE {insert}", mixed)
        yield "INSERT OR IGNORE", _execute(f"INSERT OR IGNORE {insert}", mixed)
        yield "UPDATE OR REPLACE", _execute(f"UPDATE OR REPLACE {table} SET {pk.column} = %s", [raw(pk, row)])
    if vendor == "mysql":
        yield "ON DUPLICATE KEY", _execute(f"INSERT {insert} ON DUPLICATE KEY UPDATE {last} = VALUES({last})", mixed)
        yield "DELETE by join", _execute(f"DELETE t FROM {table} t JOIN {table} u ON t.{pk.column} = u.{pk.column}")
        yield "TRUNCATE", _execute(f"TRUNCATE TABLE {table}")
    else:
        upsert = f"INSERT {insert} ON CONFLICT ({pk.column}) DO UPDATE SET {last} = excluded.{last}"
        yield "ON CONFLICT", _execute(upsert, mixed)
    if vendor == "postgresql":
        yield "TRUNCATE", _execute(f"TRUNCATE {table}")
        yield "TRUNCATE CASCADE", _execute(f"TRUNCATE {table} CASCADE")
        yield "TRUNCATE parents", _execute("TRUNCATE onvif_privacy_subject, onvif_privacy_entry CASCADE")
        yield (
            "MERGE",
            _execute(f"MERGE INTO {table} t USING {table} s ON t.{pk.column} = s.{pk.column} WHEN MATCHED THEN DELETE"),
        )
        yield "DELETE USING", _execute(f"DELETE FROM {table} t USING {table} s WHERE t.{pk.column} = s.{pk.column}")


def succeeded(name: str, way: Way, model: type[Model]) -> bool:
    """Try one way; True when the table is another afterwards. What changed is rolled back, so that ways stay apart."""
    before = dump(model)
    if name == "TRUNCATE" and connection.vendor == "mysql":  # commits by itself, so nothing can be rolled back
        _tried(way)
        return dump(model) != before
    with transaction.atomic():
        _tried(way)
        changed = dump(model) != before
        transaction.set_rollback(True)
    return changed


def _tried(way: Way) -> None:
    # Whoever refuses, and however: what counts is what is in the table.
    with suppress(Exception):
        if connection.in_atomic_block:
            with transaction.atomic():
                way()
        else:
            way()


def decisions() -> int:
    """Return how many decisions there are."""
    return Decision.objects.count()
