"""Filling a table, and what a page of the admin costs over it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tqdm import tqdm

from benchmarks.timing import Row, percentile

AT_ONCE = 2_000
PAGES = 40


def filled(number: int, what: str, row: Callable[[int], Any], model: Any) -> None:
    """Store so many rows."""
    for start in tqdm(range(0, number, AT_ONCE), desc=what, disable=None):
        with transaction.atomic():
            model._base_manager.bulk_create(row(place) for place in range(start, min(start + AT_ONCE, number)))


def analyse(*models: Any) -> None:
    """Let the database count what tables hold, as it does by itself in time."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"ANALYZE TABLE {table}" if connection.vendor == "mysql" else f"ANALYZE {table}")


def shown(client: Client, address: str) -> list[float]:
    """Open a page again and again; returns the seconds of each."""
    found = []
    for _page in range(PAGES):
        started = time.perf_counter()
        answer = client.get(address)
        found.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    return found


def page(client: Client, what: str, address: str, budget: str) -> Row:
    """Measure a page: its queries, and how long it takes."""
    shown(client, address)  # what is loaded once is not the page's
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    asked = [one["sql"] for one in seen]  # now: the next request forgets them
    counts = [one for one in asked if "COUNT(" in one.upper()]
    times = shown(client, address)
    said = f"{len(asked)} queries ({len(counts)} count rows); p50 {statistics.median(times) * 1000:.0f} ms, "
    return [what, f"{said}p95 {percentile(times, 0.95) * 1000:.0f} ms", budget, str(PAGES)]
