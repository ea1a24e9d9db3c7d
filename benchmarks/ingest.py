"""How fast waiting visits are stored and counted, and how fast a log is imported, on a database of its own."""

from __future__ import annotations

import argparse
import gzip
import io
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.site import Table, print_table, set_up

set_up()

from django.db import connection, transaction  # noqa: E402 - the settings must stand first
from django.test import override_settings  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402
from tqdm import tqdm  # noqa: E402

from benchmarks.processor import database_seconds  # noqa: E402
from onvif_privacy.visits.models import Visit  # noqa: E402
from onvif_privacy.visits.services import imports, logs, sql, store, streams  # noqa: E402
from onvif_privacy.visits.services.ingest import Consumer  # noqa: E402
from onvif_privacy.visits.services.recorder import PARCEL_VISITS  # noqa: E402
from onvif_privacy.visits.services.records import Parcel, Record  # noqa: E402
from onvif_privacy.visits.services.sketch import VALUE_BITS, value_of  # noqa: E402
from onvif_privacy.visits.services.store import rows as prepare  # noqa: E402

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/605.1.15",
]
SIZES = "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid)) FROM pg_partition_tree(%s::regclass)"


def records(number: int) -> list[Record]:
    """Return visits of one day to 500 pages, a few of them far more popular than the rest, each by somebody else."""
    chance, end = random.Random(1), int(time.time())  # noqa: S311 - no secret
    return [
        Record(
            at=end - 86_400 + index * 86_400 // number,
            site="",
            route="/products/<slug:slug>/",
            path=f"/products/{int(chance.paretovariate(0.8)) % 500}/",
            method="GET",
            status=200,
            referrer=chance.choice(["", "internal", "internal", "search.example", "news.example"]),
            agent=chance.choice(AGENTS),
            network=f"192.0.{chance.randrange(256)}.0",
            visitor="",
            marks=value_of(chance.getrandbits(64)) << VALUE_BITS | value_of(chance.getrandbits(64)),
        )
        for index in range(number)
    ]


class Speed(NamedTuple):
    """Things a second: by the clock, and for each second that one processor worked, here and in the database."""

    wall: float
    core: float


@contextmanager
def timed(number: Callable[[], int], found: list[Speed]) -> Iterator[None]:
    """Note the speed of what is done inside; ``number`` says afterwards how many it were."""
    there, here, started = database_seconds(), time.process_time(), time.perf_counter()
    yield
    wall, cores = time.perf_counter() - started, time.process_time() - here
    cores += database_seconds() - there
    found.append(Speed(number() / wall, number() / cores))


def store_all(visits: list[Record]) -> None:
    """Store visits in parcels as the recorder makes them when its buffer is full."""
    for parcel in tqdm(parcels(visits), disable=None):
        store.write(parcel)


Rows = list[sql.Row]
A_STATEMENT = 1_000  # rows of one INSERT


def parcels(visits: list[Record]) -> Iterator[Parcel]:
    """Cut visits into parcels as the recorder makes them when its buffer is full."""
    for start in range(0, len(visits), PARCEL_VISITS):
        yield Parcel(tuple(visits[start : start + PARCEL_VISITS]))


def prepared(visits: list[Record]) -> list[Rows]:
    """Return the rows of single visits, by parcels."""
    sorted_out = (prepare.sort_out(parcel) for parcel in parcels(visits))
    return [prepare.prepared(one.people, one.agents, "default")[0].rows() for one in sorted_out]


def copy(parts: list[Rows]) -> None:
    """Write single visits as the store does on PostgreSQL."""
    for part in parts:
        with transaction.atomic():
            sql.insert(Visit, prepare.COLUMNS, part, "default")


def objects(parts: list[Rows]) -> list[list[Visit]]:
    """Return the same as unsaved objects, as code that inserts by the ORM has them."""
    moments = {text: parse_datetime(text) for part in parts for text, *_rest in part}
    names = [str(Visit._meta.get_field(name).attname) for name in prepare.COLUMNS]  # type: ignore[union-attr]
    return [[Visit(**dict(zip(names, (moments[row[0]], *row[1:]), strict=True))) for row in part] for part in parts]


def insert(parts: list[list[Visit]]) -> None:
    """Write the same by INSERT with many rows, as Django does."""
    for part in parts:
        with transaction.atomic():
            Visit._rows.bulk_create(part, batch_size=A_STATEMENT)


def singles(visits: list[Record], runs: int) -> list[list[str]]:
    """Measure COPY against INSERT, in turns, so that both see the same machine."""
    by_copy: list[Speed] = []
    by_insert: list[Speed] = []
    parts = prepared(visits)
    for _run in range(runs):
        with timed(lambda: len(visits), by_copy):
            copy(parts)
        unsaved = objects(parts)
        with timed(lambda: len(visits), by_insert):
            insert(unsaved)
    times = statistics.median(one.core / other.core for one, other in zip(by_copy, by_insert, strict=True))
    name = f"single visits alone, by `bulk_create`, {A_STATEMENT:,} rows a statement"
    return [
        [f"single visits alone, by COPY: {times:.1f} times `bulk_create`", *_medians(by_copy, "visits")],
        [name, *_medians(by_insert, "visits")],
    ]


def streamed(visits: list[Record], runs: int) -> list[list[str]]:
    """Measure the way over a stream of its own in the Redis of ``REDIS_URL``; nothing where none answers."""
    there: list[Speed] = []
    back: list[Speed] = []
    address, name = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"), f"benchmark:{uuid.uuid4().hex}"
    with override_settings(ONVIF_PRIVACY_VISITS_REDIS_URL=address, ONVIF_PRIVACY_VISITS_STREAM=name):
        sender, consumer = streams.Stream(), Consumer()
        try:
            for _run in range(runs):
                with timed(lambda: len(visits), there):
                    for parcel in parcels(visits):
                        sender.send(parcel)
                with timed(lambda: len(visits), back):
                    while consumer.step():
                        pass
            with streams.reached(), streams.connect() as client:
                client.delete(name)
        except streams.StreamAway as error:
            print(f"The stream is not measured: {error}", file=sys.stderr)
            return []
        finally:
            sender.close()
            consumer.close()
    return [
        ["buffer → Redis stream (Redis itself not counted)", *_medians(there, "visits")],
        ["Redis stream → stored and counted", *_medians(back, "visits")],
    ]


def import_log(log: bytes) -> int:
    """Import a log; gives the number of lines."""
    importer = imports.Importer(logs.known("combined"), frozenset())
    return importer.read(io.BytesIO(log), "benchmark", lambda size: None).lines


def bytes_each() -> str:
    """Say what a single visit takes on PostgreSQL: its row, and its part of the indexes."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [Visit._meta.db_table])
        table, indexes = cursor.fetchone()
    number = Visit._default_manager.count()
    return f" {table / number:.0f} bytes a single visit, and {indexes / number:.0f} in indexes."


def log_of(number: int, sample: Path | None) -> bytes:
    """Return a log of about ``number`` lines: the sample again and again, or lines of our own."""
    if sample is not None:
        data = sample.read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        return data * max(1, number // (data.count(b"\n") or 1))
    lines = [
        f"{visit.network} - - [{time.strftime('%d/%b/%Y:%H:%M:%S +0000', time.gmtime(visit.at))}] "
        f'"GET {visit.path} HTTP/1.1" 200 5120 "https://{visit.referrer or "direct.example"}/" "{visit.agent}"\n'
        for visit in records(number)
    ]
    return "".join(lines).encode()


def measure(number: int, runs: int, sample: Path | None = None) -> Table:
    """Measure in a database of its own, which is dropped afterwards."""
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    stored: list[Speed] = []
    read: list[Speed] = []
    visits, log = records(number), log_of(number, sample)
    try:
        store_all(visits[:PARCEL_VISITS])  # dictionaries are filled once in the life of a site
        for run in range(runs):
            with timed(lambda: number, stored):
                store_all(visits)
            # a first line of its own makes each run another log
            done: list[int] = []
            with timed(lambda done=done: done[0], read):  # type: ignore[misc]
                done.append(import_log(f"run {run}\n".encode() + log))
        sizes = bytes_each()
        more = [*singles(visits, runs), *streamed(visits, runs)] if connection.vendor == "postgresql" else []
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    rows = [
        ["buffer → stored and counted", *_medians(stored, "visits")],
        ["log → stored and counted", *_medians(read, "lines")],
        *more,
    ]
    note = (
        f"n = {runs} runs of {number:,}, median, {connection.display_name}, parcels of {PARCEL_VISITS:,}. One core: "
        f"for each second that a processor worked, in this process and in the database's for this connection.{sizes}"
    )
    return Table(f"Storing on {connection.display_name}", ["what", "by the clock", "on one core"], rows, note)


def _medians(speeds: list[Speed], unit: str) -> list[str]:
    return [f"{statistics.median(part):,.0f} {unit}/s" for part in zip(*speeds, strict=True)]


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=100_000, help="visits and lines of each run")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the median is printed")
    parser.add_argument("--log", type=Path, help="a real log to repeat, combined format")
    options = parser.parse_args(arguments)
    print_table(*measure(options.visits, options.runs, options.log))


if __name__ == "__main__":
    main()
