"""Sums without people: answers wait in a tray, enter the sums in batches, and are released once for each period."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import router, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from onvif_privacy.core import counts, ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.people.conf import conf
from onvif_privacy.people.doors import demographic_tables
from onvif_privacy.people.models import DemographicCount, DemographicRelease, DemographicTray
from onvif_privacy.people.services.generalising import UNSAID, generalised

Cells = dict[str, list[str]]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def definitions() -> dict[str, list[str]]:
    """Return the declared tables with their dimensions."""
    return {one.slug: list(one.dimensions) for one in demographic_tables.all()}


def shape_now() -> str:
    """Return what answers of this moment are counted by; sums of one shape count the same people in each table."""
    return hashlib.sha256(_json(definitions()).encode()).hexdigest()


def asked() -> tuple[str, ...]:
    """Return every dimension that a declared table has, once."""
    return tuple(dict.fromkeys(name for names in definitions().values() for name in names))


def submit_demographics(*, answers: Mapping[str, object]) -> None:
    """Put one answer into the tray, generalised: no person, no time, no order. Raises ValueError for a wrong answer.

    Answers by dimension; what is left out counts as not said. If enough wait now, they enter the sums.
    """
    told = {name: generalised(name, answers.get(name)) for name in asked()}
    if not told or all(value == UNSAID for value in told.values()):
        raise ValueError("nothing was answered")
    cells: Cells = {table: [told[name] for name in names] for table, names in definitions().items()}
    with transaction.atomic(using=_using()):
        DemographicTray.objects.create(shape=shape_now(), cells=_json({"tables": cells, "by": definitions()}))
        _flush(shape_now(), timezone.localdate())


def _using() -> str:
    return router.db_for_write(DemographicTray)


def flush_tray(*, today: date | None = None) -> int:
    """Add waiting answers to the sums where at least ``ONVIF_PRIVACY_K`` wait; returns how many. Never on time."""
    with transaction.atomic(using=_using()):
        shapes = list(DemographicTray.objects.order_by().values_list("shape", flat=True).distinct())
        return sum(_flush(shape, today or timezone.localdate()) for shape in shapes)


def _flush(shape: str, today: date) -> int:
    rows = list(DemographicTray.objects.select_for_update().filter(shape=shape).order_by("pk"))
    if len(rows) < house.K:
        return 0
    _release(shape, today)  # the sums of a period that has ended take no more answers
    book = DemographicCount.objects.filter(shape=shape).first()
    since = book.since if book else period_start(today)
    added: Counter[tuple[str, str]] = Counter()
    for row in rows:
        told = json.loads(row.cells)
        for table, cell in told["tables"].items():
            added[table, _json({"by": told["by"][table], "is": cell})] += 1
    for (table, cell), number in sorted(added.items()):
        known = DemographicCount.objects.filter(shape=shape, table_name=table, cell=cell)
        if not known.update(number=F("number") + number):
            DemographicCount.objects.create(shape=shape, table_name=table, cell=cell, number=number, since=since)
    DemographicTray.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


# Periods


def period_start(day: date) -> date:
    """Return the first day of the month or quarter of a day."""
    month = day.month if conf.PERIOD == "month" else 3 * ((day.month - 1) // 3) + 1
    return day.replace(month=month, day=1)


def release(*, today: date | None = None) -> int:
    """Release the sums of every period that has ended and has at least K answers; returns how many tables.

    A period with fewer joins the next. Each answer is in exactly one release.
    """
    with transaction.atomic(using=_using()):
        shapes = list(DemographicCount.objects.order_by().values_list("shape", flat=True).distinct())
        return sum(_release(shape, today or timezone.localdate()) for shape in shapes)


def _release(shape: str, today: date) -> int:
    rows = list(DemographicCount.objects.select_for_update().filter(shape=shape).order_by("table_name", "cell"))
    if not rows or rows[0].since >= period_start(today):
        return 0
    tables: dict[str, tuple[list[str], dict[tuple[str, ...], int]]] = {}
    for row in rows:
        cell = json.loads(row.cell)
        tables.setdefault(row.table_name, (cell["by"], {}))[1][tuple(cell["is"])] = row.number
    people = sum(next(iter(tables.values()))[1].values())
    if people < house.K:
        return 0
    names = sorted(tables)
    protected = counts.protect([counts.Table(tuple(tables[one][0]), tables[one][1]) for one in names], house.K)
    begins, ends = rows[0].since, period_start(today) - timedelta(days=1)
    for name, table in zip(names, protected, strict=True):
        _write(shape, name, table, begins, ends)
    DemographicCount.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(names)


def _write(shape: str, name: str, table: counts.Protected, begins: date, ends: date) -> None:
    cells = _json(sorted([[*place], number] for place, number in table.cells.items()))
    digest = hashlib.sha256(f"{name} {begins} {ends} {cells}".encode()).hexdigest()
    DemographicRelease.objects.create(
        table_name=name,
        shape=shape,
        begins_on=begins,
        ends_on=ends,
        k=house.K,
        dimensions=",".join(table.dimensions),
        cells=cells,
        digest=digest,
    )
    ledger.record("people.released", payload={"table": name, "digest": digest, "k": house.K})


def drop_stale() -> int:
    """Delete answers to tables that are declared no more, where too few wait to be counted; returns how many."""
    stale = DemographicTray.objects.exclude(shape=shape_now())
    few = [one["shape"] for one in stale.order_by().values("shape").annotate(all=Count("pk")) if one["all"] < house.K]
    return int(stale.filter(shape__in=few).delete()[0])


def waiting() -> int:
    """Return how many answers are in the sums and not released; for the job and its tests, never for a page."""
    return int(DemographicCount.objects.aggregate(all=Sum("number"))["all"] or 0)


def numbers(one: DemographicRelease) -> dict[tuple[str, ...], int | None]:
    """Return a release by coordinates; None is hidden, `counts.TOTAL` stands for sums."""
    return {tuple(place): number for place, number in json.loads(one.cells)}
