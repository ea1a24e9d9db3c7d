"""What is recorded is a closed list, which the statement prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connections, models, router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.models import (
    AdDay,
    AreaDay,
    Browser,
    DaySalt,
    Domain,
    DomainDay,
    Interest,
    NetworkDay,
    Page,
    Referrer,
    UniqueDay,
    UniqueWaiting,
    Visit,
)
from onvif_privacy.visits.promises.clauses import AUTOMATIC

CLOSED = Promise("automatic.closed_list", AUTOMATIC, _("Nothing is recorded of a visit but what the statement lists."))

declare(CLOSED)

# written down a second time on purpose: a column added to a model shall not pass unnoticed
LISTED: dict[type[models.Model], frozenset[str]] = {
    Visit: frozenset(
        {"id", "at", "page_id", "referrer_id", "browser_id", "method", "status", "network", "visitor"},
    ),
    Page: frozenset({"id", "digest", "site", "route", "path"}),
    Referrer: frozenset({"id", "digest", "host"}),
    Browser: frozenset({"id", "digest", "family", "system", "device"}),
    Domain: frozenset({"id", "digest", "name"}),
    DomainDay: frozenset({"id", "day", "domain_id", "visits"}),
    NetworkDay: frozenset({"id", "day", "network", "asked", "domain_id", "visits"}),
    AreaDay: frozenset({"id", "day", "area_id", "page_id", "visits"}),
    Interest: frozenset({"id", "visitor", "area_id", "score", "as_of", "own"}),
    AdDay: frozenset({"id", "ad_id", "day", "taken", "shown"}),
    DaySalt: frozenset({"day", "salt", "ring_key"}),
    UniqueDay: frozenset({"id", "day", "page_id", "registers", "estimate"}),
    UniqueWaiting: frozenset({"id", "day", "at", "values"}),
}


def _tables() -> Iterator[tuple[type[models.Model], frozenset[str]]]:
    """Yield each table of the room and the columns it may have: listed ones, or those of its model."""
    for model in apps.get_app_config("onvif_privacy_visits").get_models():
        if not model._meta.proxy:
            yield model, LISTED.get(model) or frozenset(str(field.column) for field in model._meta.concrete_fields)


@check(CLOSED, kind=Kind.DATABASE)
def columns_are_listed(look: Look) -> Iterable[Finding]:
    """Compare the columns in the database with the list."""
    for model, listed in _tables():
        connection, table = connections[router.db_for_write(model)], model._meta.db_table
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        look.seen(len(columns))
        for column in sorted(columns - listed):
            yield Finding(table, f"has a column that is not listed: {column}")


@columns_are_listed.saboteur
@contextmanager
def column_added_by_hand(plant: Plant) -> Iterator[str]:
    """Add a column for the raw user agent by SQL."""
    using = router.db_for_write(Visit)
    _alter(using, "ADD COLUMN raw_agent varchar(20) NULL")
    try:
        yield "not listed: raw_agent"
    finally:
        _alter(using, "DROP COLUMN raw_agent")


def _alter(using: str, change: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Visit._meta.db_table} {change}")
