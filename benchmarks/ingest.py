"""How fast waiting visits are stored and counted, and how fast a log is imported, on a database of its own."""

from __future__ import annotations

import argparse
import gzip
import io
import random
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from django.db import connection  # noqa: E402 - the settings must stand first
from tqdm import tqdm  # noqa: E402

from onvif_privacy.visits.models import Visit  # noqa: E402
from onvif_privacy.visits.services import imports, logs, store  # noqa: E402
from onvif_privacy.visits.services.recorder import PARCEL_VISITS  # noqa: E402
from onvif_privacy.visits.services.records import Parcel, Record  # noqa: E402

AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18 Safari/605.1.15",
]


def records(number: int) -> list[Record]:
    """Return visits of one day to 500 pages, a few of them far more popular than the rest."""
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
        )
        for index in range(number)
    ]


def stored_per_second(number: int) -> float:
    """Store visits in parcels as the recorder makes them; gives visits a second."""
    visits = records(number)
    started = time.perf_counter()
    for start in tqdm(range(0, number, PARCEL_VISITS), disable=None):
        store.write(Parcel(tuple(visits[start : start + PARCEL_VISITS])))
    return number / (time.perf_counter() - started)


def lines_per_second(log: bytes) -> float:
    """Import a log; gives lines a second."""
    importer = imports.Importer(logs.known("combined"), frozenset())
    started = time.perf_counter()
    summary = importer.read(io.BytesIO(log), "benchmark", lambda size: None)
    return summary.lines / (time.perf_counter() - started)


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


def main(arguments: Any = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=100_000, help="visits and lines of each run")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median is printed")
    parser.add_argument("--log", type=Path, help="a real log to repeat, combined format")
    options = parser.parse_args(arguments)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        stored = [stored_per_second(options.visits) for _run in range(options.runs)]
        log = log_of(options.visits, options.log)
        # a first line of its own makes each run another log
        read = [lines_per_second(f"run {run}\n".encode() + log) for run in range(options.runs)]
        kept = Visit._default_manager.count()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    rows = [
        ["buffer → stored and counted", f"{statistics.median(stored):,.0f} visits/s"],
        ["log → stored and counted", f"{statistics.median(read):,.0f} lines/s"],
    ]
    note = f"n = {options.runs} runs of {options.visits:,}, median, {connection.vendor}; {kept:,} single visits kept."
    print_table("Storing", ["what", "speed"], rows, note)


if __name__ == "__main__":
    main()
