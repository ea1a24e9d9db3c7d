"""Published rows cannot change: not by the ORM, not by SQL, on whichever database this runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.querysets import AppendOnly
from onvif_privacy.core.testing import guards
from onvif_privacy.statement.models import (
    Binding,
    Change,
    Effect,
    Exposure,
    Notice,
    Sentence,
    StatusRelease,
    Text,
    Version,
)
from onvif_privacy.statement.services import bindings, publishing, status
from onvif_privacy.statement.services.sentences import digest
from tests.statement.factories import GERMAN, SOURCE, announced, binder, next_draft, published, publisher

PUBLISHED: list[type[models.Model]] = [Version, Text, Sentence, Effect, StatusRelease]
KEPT: list[type[models.Model]] = [*PUBLISHED, Binding]
COLUMNS = [(model, field.column) for model in PUBLISHED for field in model._meta.concrete_fields]
PG = connection.vendor == "postgresql"
ids = [f"{model.__name__}.{column}" for model, column in COLUMNS]


@pytest.fixture
def guarded(transactional_db: None) -> Iterator[None]:
    with guards():
        yield


def made(**texts: str) -> Version:
    """Publish a version, and sign a status that speaks of it."""
    version = published(**texts)
    assert status.release() is not None
    return version


def rows() -> dict[str, list[Any]]:
    """Return everything that is published, in a fixed order."""
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in KEPT}


def refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError:
        return True
    return False


def test_update_of_every_column_by_sql_is_refused(guarded: None) -> None:
    made(en=SOURCE, de=GERMAN)
    before = rows()
    for model, column in COLUMNS:
        quoted, table = connection.ops.quote_name(str(column)), connection.ops.quote_name(model._meta.db_table)
        for value in ("NULL", "1", "'x'", quoted):
            assert refused(f"UPDATE {table} SET {quoted} = {value}"), (model, column, value)
    assert rows() == before
    for text in Text.objects.all():
        assert digest(text.words) == text.text_digest


def test_binding_is_withdrawn_once_and_otherwise_never_changed_by_sql(guarded: None) -> None:
    published()
    table = Binding._meta.db_table
    before = rows()
    assert refused(f"UPDATE {table} SET digest = 'x'")
    assert refused(f"UPDATE {table} SET promise = 'scope.in_force', fact = {'false' if PG else 0}")
    assert refused(f"UPDATE {table} SET bound_by = 'somebody'")
    assert refused(f"UPDATE {table} SET withdrawn_by = 'somebody'")  # the constraint: time and reason belong to it
    assert rows() == before
    person, row = binder(), Binding.objects.all()[0]
    bindings.unbind(digest=row.digest, promise="", reason="It is none.", actor=person)
    assert refused(f"UPDATE {table} SET withdrawn_at = NULL, withdrawn_by = NULL, withdrawn_reason = NULL WHERE fact")
    assert refused(f"UPDATE {table} SET withdrawn_reason = 'other' WHERE withdrawn_at IS NOT NULL")


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_delete_by_sql_is_refused(guarded: None, model: type[models.Model]) -> None:
    made()
    before = rows()
    assert refused(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
    assert rows() == before


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model.__name__)
def test_replacing_a_row_under_the_same_key_is_refused(guarded: None, model: type[models.Model]) -> None:
    made()
    before = rows()
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)
    if connection.vendor == "postgresql":
        changed, key = model._meta.concrete_fields[-1].column, connection.ops.quote_name(str(model._meta.pk.column))
        sql = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} "
            f'ON CONFLICT ({key}) DO UPDATE SET "{changed}" = EXCLUDED."{changed}"'
        )
    else:
        sql = f"REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"
    assert refused(sql)
    assert rows() == before


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_orm_refuses_every_way_to_change_a_row(db: None, model: type[models.Model]) -> None:
    made()
    row = model._default_manager.all()[0]
    name = model._meta.concrete_fields[-1].attname
    ways: list[Callable[[], object]] = [
        row.save,
        row.delete,
        lambda: model._default_manager.all().update(**{name: getattr(row, name)}),
        lambda: model._default_manager.all().delete(),
        lambda: model._default_manager.bulk_update([row], [name]),
        lambda: model._default_manager.update_or_create(pk=row.pk),
    ]
    before = rows()
    for way in ways:
        with pytest.raises(AppendOnly):
            way()
    assert rows() == before


def _version(version: Version, entry: Entry, **changes: Any) -> Version:
    values = {field.attname: getattr(version, field.attname) for field in Version._meta.concrete_fields}
    return Version(**{**values, "id": None, "entry_id": entry.pk, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"submitted_by": "a" * 22, "published_by": "a" * 22},
        {"submitted_by": "a" * 22, "published_by": ""},
        {"submitted_by": "", "published_by": "b" * 22},
        {"change": Change.EDITORIAL, "submitted_by": "a" * 22, "published_by": "a" * 22},
        {"change": Change.FIRST},
        {"number": 1, "submitted_by": "a" * 22, "published_by": "b" * 22},
    ],
)
def test_database_refuses_a_later_version_by_one_person(db: None, changes: dict[str, Any]) -> None:
    import uuid

    version = published()
    spare = Effect.objects.get().entry
    made = _version(version, spare, **{"number": 2, "change": Change.MATERIAL, **changes, "id": uuid.uuid4()})
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_back_dated_effect_is_refused_by_the_database(db: None) -> None:
    version = published()
    now = timezone.now()
    before = Effect.objects.get()
    effect = Effect(version=version, recorded_at=now, effective_at=before.effective_at, entry=version.entry)
    with pytest.raises(IntegrityError), transaction.atomic():
        effect.save()


def test_publishing_works_while_the_guards_stand(guarded: None) -> None:
    draft = next_draft(published(), en=SOURCE.replace("little", "less"))
    assert publishing.publish(draft=draft, actor=publisher()).number == 2


def test_notice_is_filled_once_and_a_showing_is_never_changed_by_sql(guarded: None) -> None:
    first = published()
    version = announced(publishing.publish(draft=next_draft(first, "material"), actor=publisher()))
    subject = Subject.objects.create()
    Exposure.objects.create(subject=subject, digest=first.texts.get().text_digest, kind="acknowledged")
    before = [list(model._base_manager.values()) for model in (Notice, Exposure)]
    for model in (Notice, Exposure):
        for field in model._meta.concrete_fields:
            quoted, table = (connection.ops.quote_name(str(one)) for one in (field.column, model._meta.db_table))
            for value in ("NULL", "7", "'x'"):
                assert refused(f"UPDATE {table} SET {quoted} = {value}"), (model, field.column, value)
    assert refused(f"DELETE FROM {connection.ops.quote_name(Notice._meta.db_table)}")
    for way in (version.notice.save, version.notice.delete, Notice.objects.all().delete):
        with pytest.raises(AppendOnly):
            way()
    assert [list(model._base_manager.values()) for model in (Notice, Exposure)] == before
