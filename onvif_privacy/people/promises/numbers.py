"""Anonymous answers lead to nobody, and nothing is released from which a small group could be worked out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connections, router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, by_hand, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.people.models import DemographicCount, DemographicRelease, DemographicTray
from onvif_privacy.people.promises.clauses import DEMOGRAPHICS
from onvif_privacy.people.services import generalising

NOBODY = Promise("demographics.nobody", DEMOGRAPHICS, _("Anonymous answers lead to no person, time or order."))
INEXACT = Promise("demographics.inexact", DEMOGRAPHICS, _("Exact ages and ZIP codes are not kept."))
GROUPS = Promise("demographics.groups", DEMOGRAPHICS, _("Only numbers of large enough groups are released."))
ONCE = Promise("demographics.once", DEMOGRAPHICS, _("Every answer is in one release, so subtracting tells nothing."))

declare(NOBODY, INEXACT, GROUPS, ONCE)

# written down a second time on purpose: a column added to a model shall not pass unnoticed
LISTED = {
    DemographicTray: {"id", "shape", "cells"},
    DemographicCount: {"id", "shape", "since", "table_name", "cell", "number"},
    DemographicRelease: {
        *("id", "table_name", "shape", "begins_on", "ends_on", "k", "dimensions", "cells", "digest"),
    },
}


@check(NOBODY, kind=Kind.DATABASE)
def columns_are_listed(look: Look) -> Iterable[Finding]:
    """Compare the columns in the database with the list."""
    for model, listed in LISTED.items():
        connection, table = connections[router.db_for_write(model)], model._meta.db_table
        with connection.cursor() as cursor:
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
        look.seen(len(columns))
        for column in sorted(columns - listed):
            yield Finding(table, f"has a column that is not listed: {column}")


@columns_are_listed.saboteur
@contextmanager
def answer_that_knows_who_gave_it(plant: Plant) -> Iterator[str]:
    """Add the session to the tray."""
    using, table = router.db_for_write(DemographicTray), DemographicTray._meta.db_table
    with connections[using].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN session_key varchar(40) NULL")
    try:
        yield "not listed: session_key"
    finally:
        with connections[using].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN session_key")


@check(INEXACT, kind=Kind.REFUSAL)
def answers_are_generalised(look: Look) -> Iterable[Finding]:
    """Hand in every age and several ZIP codes, and look at what would be stored."""
    for age in range(generalising.OLDEST + 1):
        look.seen()
        if generalising.generalised("age_band", age) not in generalising.AGE_BANDS:
            yield Finding("age_band", "keeps an exact age")
            break
    for code in ("10001", "90210-1234", "62701"):
        look.seen()
        if len(generalising.generalised("zip", code)) != 3:
            yield Finding("zip", "keeps more than three digits")
            break


@answers_are_generalised.saboteur
@contextmanager
def exact_age(plant: Plant) -> Iterator[str]:
    """Keep the age as it was given."""
    with altered(generalising, "age_band", str):
        yield "age_band: keeps an exact age"


@answers_are_generalised.saboteur
@contextmanager
def whole_zip_code(plant: Plant) -> Iterator[str]:
    """Keep the whole ZIP code."""
    with altered(generalising, "zip_prefix", str):
        yield "zip: keeps more than three digits"


@check(GROUPS, kind=Kind.DATABASE, empty=True)
def small_groups_are_hidden(look: Look) -> Iterable[Finding]:
    """Look at every released cell, and for hidden ones that a single sum gives away."""
    for one in DemographicRelease.objects.using(router.db_for_read(DemographicRelease)).iterator():
        cells = {tuple(place): number for place, number in json.loads(one.cells)}
        look.seen(len(cells))
        if any(number is not None and 0 < number < one.k for number in cells.values()):
            yield Finding(f"release of {one.table_name} from {one.begins_on}", "shows a small group")
        for name, hidden in _lines(cells).items():
            if hidden == 1:
                yield Finding(
                    f"release of {one.table_name} from {one.begins_on}", f"gives a hidden cell of {name} away"
                )


def _lines(cells: dict[tuple[str, ...], int | None]) -> dict[str, int]:
    """Return for each line with its sum how many of its numbers, the sum included, are hidden."""
    found: dict[str, int] = {}
    for axis in range(len(next(iter(cells), ()))):
        for place, number in cells.items():
            line = f"{axis}:{'/'.join(part for at, part in enumerate(place) if at != axis)}"
            found[line] = found.get(line, 0) + (number is None)
    return found


def _plant_release(using: str, cells: str, begins: str = "1999-01-01", ends: str = "1999-01-31") -> None:
    table = DemographicRelease._meta.db_table
    by_hand(
        using,
        f"INSERT INTO {table} (id, table_name, shape, begins_on, ends_on, k, dimensions, cells, digest)"  # noqa: S608
        " VALUES (%s, 'planted', 'x', %s, %s, 10, 'gender', %s, '')",
        uuid.uuid4(),
        begins,
        ends,
        cells,
    )


@small_groups_are_hidden.saboteur
@contextmanager
def unique_combination(plant: Plant) -> Iterator[str]:
    """Release a cell with one person in it."""
    using = router.db_for_write(DemographicRelease)
    with rolled_back(using, guards=False):
        _plant_release(using, '[[["female"],1],[["male"],40],[["*"],41]]')
        yield "planted from 1999-01-01: shows a small group"


@small_groups_are_hidden.saboteur
@contextmanager
def cell_that_follows_from_its_sum(plant: Plant) -> Iterator[str]:
    """Hide one cell of a line beside its sum."""
    using = router.db_for_write(DemographicRelease)
    with rolled_back(using, guards=False):
        _plant_release(using, '[[["female"],null],[["male"],40],[["*"],41]]')
        yield "gives a hidden cell of 0: away"


@check(ONCE, kind=Kind.DATABASE, empty=True)
def releases_do_not_overlap(look: Look) -> Iterable[Finding]:
    """Look for two releases of a table whose periods overlap."""
    last: dict[tuple[str, str], DemographicRelease] = {}
    rows = DemographicRelease.objects.using(router.db_for_read(DemographicRelease))
    for one in rows.order_by("table_name", "shape", "begins_on", "ends_on"):
        look.seen()
        before = last.get((one.table_name, one.shape))
        if before is not None and one.begins_on <= before.ends_on:
            yield Finding(f"release of {one.table_name} from {one.begins_on}", "overlaps with the one before")
        last[one.table_name, one.shape] = one


@releases_do_not_overlap.saboteur
@contextmanager
def second_report_with_one_person_fewer(plant: Plant) -> Iterator[str]:
    """Release part of a period once more."""
    using = router.db_for_write(DemographicRelease)
    with rolled_back(using, guards=False):
        _plant_release(using, '[[["female"],41],[["*"],41]]')
        _plant_release(using, '[[["female"],40],[["*"],40]]', "1999-01-02", "1999-01-31")
        yield "planted from 1999-01-02: overlaps"
