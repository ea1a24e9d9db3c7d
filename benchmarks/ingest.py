"""How fast waiting visits are stored and counted, and how fast a log is imported, on a database of its own."""

from __future__ import annotations

import argparse
import gzip
import io
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.site import Table, print_table, set_up

set_up()

from django.db import connection  # noqa: E402 - the settings must stand first
from tqdm import tqdm  # noqa: E402

from benchmarks.processor import database_seconds  # noqa: E402
from onvif_privacy.visits.models import Visit  # noqa: E402
from onvif_privacy.visits.services import imports, logs, store  # noqa: E402
from onvif_privacy.visits.services.recorder import PARCEL_VISITS  # noqa: E402
from onvif_privacy.visits.services.records import Parcel, Record  # noqa: E402
from onvif_privacy.visits.services.sketch import VALUE_BITS, value_of  # noqa: E402

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
    for start in tqdm(range(0, len(visits), PARCEL_VISITS), disable=None):
        store.write(Parcel(tuple(visits[start : start + PARCEL_VISITS])))


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
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    rows = [
        ["buffer → stored and counted", *_medians(stored, "visits")],
        ["log → stored and counted", *_medians(read, "lines")],
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
