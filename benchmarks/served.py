"""Requests a second of a real server on the loopback: gunicorn with and without our middleware, in turn.

Needs wrk on the path. Both servers run the whole time; rounds alternate between them, so that whatever else the machine
does meets both.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

from tqdm import tqdm

from benchmarks.site import Table, print_table, set_up

set_up()

from benchmarks.stacks import AGENT, BARE, absent, stacks  # noqa: E402 - the settings must stand first

TICKS = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS = 2.5

PAGES = {"/products/camera/": "A page that costs nothing", "/products/": "A page of twenty rows in a template"}
HEADER = ["stack", "requests/s", "of the bare stack", "CPU µs a request", "of the bare stack", "failed answers"]


Servers = dict[str, tuple[str, int]]  # by stack: address and number of the process


class Round(NamedTuple):
    """What a server did: requests a second, microseconds of its workers' processors for each, answers that failed."""

    rate: float
    cpu: float
    failed: int


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(stack: str, database: str, workers: int) -> Iterator[tuple[str, int]]:
    """Run gunicorn with one stack; gives the address of its site and the number of its process."""
    port = _free_port()
    environment = {**os.environ, "BENCHMARK_STACK": stack, "DATABASE_URL": database}
    command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-b", f"127.0.0.1:{port}", "benchmarks.wsgi"]
    process = subprocess.Popen([*command, "--log-level", "error"], env=environment)  # noqa: S603 - our own words
    try:
        for _attempt in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(10)


def processor_seconds(master: int) -> float:
    """Return what the workers of a server have used, their threads and the system's part included (Linux)."""
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    fields = [Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split() for worker in workers]
    return sum(int(user) + int(system) for *_before, user, system in (row[:13] for row in fields)) / TICKS


def load(address: str, master: int, seconds: int) -> Round:
    """Load one server with 8 connections."""
    before = processor_seconds(master)
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", f"User-Agent: {AGENT}", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    rate, number = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"(\d+) requests in", said)
    if rate is None or number is None or not int(number[1]):
        raise SystemExit(f"wrk said nothing of use:\n{said}")
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    time.sleep(SETTLE_SECONDS)  # what was recorded last is stored too, and counts
    cpu = (processor_seconds(master) - before) * 1e6 / int(number[1])
    return Round(float(rate[1]), cpu, int(failed[1]) if failed else 0)


def measure(rounds: int, seconds: int, workers: int) -> Iterator[Table]:
    """Measure every stack in turn, with each page; a server starts once and stays."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        servers = {}
        for number, stack in enumerate(stacks()):
            database = f"sqlite:///{Path(folder) / f'{number}.sqlite3'}"  # nobody waits for another's locks
            migrate = [sys.executable, "-m", "django", "migrate", "-v0", "--settings", "benchmarks.settings"]
            subprocess.run(migrate, env={**os.environ, "DATABASE_URL": database}, check=True)  # noqa: S603
            servers[stack] = running.enter_context(server(stack, database, workers))
        for page, title in PAGES.items():
            yield table(f"A real server on the loopback: {title.lower()}", page, servers, rounds, seconds, workers)


def table(title: str, page: str, servers: Servers, rounds: int, seconds: int, workers: int) -> Table:
    """Measure one page of every server."""
    found: dict[str, list[Round]] = {}
    for address, master in servers.values():
        with urlopen(Request(address + page, headers={"User-Agent": AGENT}), timeout=60):  # noqa: S310 - our own address; workers are loading until then
            load(address + page, master, 1)
    for _round in tqdm(range(rounds), unit="round", disable=not sys.stderr.isatty()):
        for stack, (address, master) in servers.items():
            found.setdefault(stack, []).append(load(address + page, master, seconds))
    rows = [row(stack, results, found[BARE]) for stack, results in found.items()]
    rows += [[package, reason, "", "", "", ""] for package, reason in absent()]
    note = (
        f"gunicorn, {workers} sync workers, SQLite, wrk on the same machine with 8 connections, nobody signed in; "
        f"medians of {rounds} rounds of {seconds} s each, in turn. CPU is what the workers used, storing included; it "
        "depends little on what else the machine does."
    )
    return Table(title, HEADER, rows, note)


def row(stack: str, results: list[Round], bare: list[Round]) -> list[str]:
    """One line of the table."""
    rate, cpu = statistics.median(r.rate for r in results), statistics.median(r.cpu for r in results)
    base_rate, base_cpu = statistics.median(r.rate for r in bare), statistics.median(r.cpu for r in bare)
    failed = str(sum(r.failed for r in results))
    return [stack, f"{rate:,.0f}", f"{rate / base_rate:.1%}", f"{cpu:.0f}", f"{cpu / base_cpu:.1%}", failed]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed. On Debian: apt-get install wrk")
    for found in measure(options.rounds, options.seconds, options.workers):
        print_table(*found)


if __name__ == "__main__":
    main()
