"""Each record of collected data carries the version of the statement that was in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import fields
from onvif_privacy.core.fields import StatementField, statement_fields
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import SCOPE
from onvif_privacy.core.promises.planting import altered, by_hand
from onvif_privacy.core.registry import declare, personal_data
from onvif_privacy.statement.models import Effect, Text
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.services.reading import DEFAULT
from onvif_privacy.statement.services.timeline import timeline

ON_RECORD = Promise(
    "scope.version_on_record", SCOPE, _("Each record of collected data carries the version that was in force.")
)

declare(ON_RECORD)


def _time_of(field: StatementField) -> models.Field[object, object] | None:
    """Return the column that says when a row was collected, as the field or the model's declaration names it."""
    label = field.model._meta.label_lower
    name = field.time_field or (personal_data.get(label).time_field if label in personal_data else "")
    try:
        found = field.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.DateField) else None


def _without(field: StatementField, since: datetime) -> int:
    """Count rows without a version that were collected after the first one; rows of an unknown time are not judged."""
    time = _time_of(field)
    if time is None:
        return 0
    start = since if isinstance(time, models.DateTimeField) else timezone.localdate(since)
    # a day that began before the statement tells nothing of its morning
    later = "gte" if isinstance(time, models.DateTimeField) else "gt"
    rows = field.model._base_manager.using(router.db_for_write(field.model))
    return rows.filter(**{field.name: "", f"{time.name}__{later}": start}).count()


@check(ON_RECORD, kind=Kind.DATABASE)
def records_carry_a_published_version(look: Look) -> Iterable[Finding]:
    """Compare the digests that records carry with those of the published texts, and look for records without one."""
    using = router.db_for_write(Text)
    known = set(Text.objects.using(using).order_by().values_list("text_digest", flat=True))
    steps = timeline(Effect.objects.of(DEFAULT).using(using))
    if not steps or not known:
        return
    look.seen()
    for field in fields.statement_fields():
        rows = field.model._base_manager.using(router.db_for_write(field.model))
        place = f"{field.model._meta.db_table}.{field.column}"
        carried = rows.order_by().values_list(field.name, flat=True).distinct()
        look.seen(len(carried))
        if set(carried) - known - {""}:
            yield Finding(place, "names a version that was never published")
        if number := _without(field, steps[0].at):
            yield Finding(place, f"{number} records carry no version")


@contextmanager
def _collected() -> Iterator[str]:
    """Publish a statement and collect one record in a table of its own; gives the name of the database."""

    class Collected(models.Model):
        collected_at = models.DateTimeField(default=timezone.now)
        statement = StatementField(time_field="collected_at")

        class Meta:
            apps = Apps()
            app_label = "onvif_privacy_statement"
            db_table = "onvif_privacy_statement_planted"

        def __str__(self) -> str:
            return str(self.pk)

    using = router.db_for_write(Text)
    connection = connections[using]
    columns = ", ".join(f"{one.column} {one.db_type(connection)}" for one in Collected._meta.concrete_fields[1:])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {Collected._meta.db_table} (id integer PRIMARY KEY, {columns})")
    carriers = [*statement_fields(), Collected._meta.get_field("statement")]
    try:
        with published() as using, altered(fields, "statement_fields", lambda: carriers):
            Collected(pk=1).save(using=using)
            yield using
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {Collected._meta.db_table}")


@records_carry_a_published_version.saboteur
@contextmanager
def version_taken_off_a_record(plant: Plant) -> Iterator[str]:
    """Empty the digest of a record by SQL."""
    with _collected() as using:
        by_hand(using, "UPDATE onvif_privacy_statement_planted SET statement = ''")
        yield "1 records carry no version"


@records_carry_a_published_version.saboteur
@contextmanager
def version_made_up(plant: Plant) -> Iterator[str]:
    """Give a record the digest of a text that nobody published."""
    with _collected() as using:
        by_hand(using, "UPDATE onvif_privacy_statement_planted SET statement = %s", "0" * 64)
        yield "names a version that was never published"
