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

from tqdm import tqdm

STACKS = ("bare stack", "visits", "cookies", "cookies and visits")
AGENT = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(stack: str, database: str, workers: int) -> Iterator[str]:
    """Run gunicorn with one stack; gives the address of the measured page."""
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
        yield f"http://127.0.0.1:{port}/products/camera/"
    finally:
        process.terminate()
        process.wait(10)


def requests_a_second(address: str, seconds: int) -> float:
    """Load one server with 8 connections and return what it answered; raises when any answer was an error."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-H", AGENT, address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    if "Non-2xx" in said:
        raise SystemExit(f"The server answered with errors:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None:
        raise SystemExit(f"wrk said nothing of use:\n{said}")
    return float(found[1])


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed. On Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = f"sqlite:///{Path(folder) / 'served.sqlite3'}"
        migrate = [sys.executable, "-m", "django", "migrate", "-v0", "--settings", "benchmarks.settings"]
        subprocess.run(migrate, env={**os.environ, "DATABASE_URL": database}, check=True)  # noqa: S603
        addresses = {name: stack.enter_context(server(name, database, options.workers)) for name in STACKS}
        for address in addresses.values():
            requests_a_second(address, 1)
        rates: dict[str, list[float]] = {name: [] for name in STACKS}
        for _round in tqdm(range(options.rounds), unit="round", disable=not sys.stderr.isatty()):
            for name, address in addresses.items():
                rates[name].append(requests_a_second(address, options.seconds))

    from benchmarks.site import print_table

    base = statistics.median(rates["bare stack"])
    rows = [
        [name, f"{statistics.median(values):,.0f}", f"{statistics.median(values) / base:.1%}"]
        for name, values in rates.items()
    ]
    note = (
        f"gunicorn, {options.workers} sync workers, SQLite, wrk on the same machine with 8 connections; medians of "
        f"{options.rounds} rounds of {options.seconds} s each, in turn."
    )
    print_table("A real server on the loopback", ["stack", "requests/s", "of the bare stack"], rows, note)


if __name__ == "__main__":
    main()
