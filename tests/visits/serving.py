"""Real servers with the site of `served`, on a port and a database of their own, and visitors who ask for pages."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.visits.factories import CHROME

SERVERS = {
    "sync": ["gunicorn", "tests.visits.served:wsgi", "--workers", "2"],
    "sync-preload": ["gunicorn", "tests.visits.served:wsgi", "--workers", "2", "--preload"],
    "threads": ["gunicorn", "tests.visits.served:wsgi", "--workers", "2", "--threads", "4"],
    "threads-preload": ["gunicorn", "tests.visits.served:wsgi", "--workers", "2", "--threads", "4", "--preload"],
    "asgi": ["uvicorn", "tests.visits.served:asgi", "--workers", "2"],
}


class Site:
    """A server on a port of its own, with a database file of its own unless ``url`` names another."""

    pause = 0.0  # seconds between two pages of one visitor
    apart = False  # whether each visit has an address of its own, so that it can be told from the others

    def __init__(self, kind: str, folder: Path, url: str = "") -> None:
        self.url = url or f"sqlite:///{folder / 'site.sqlite3'}"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.visits.served_settings",
            "DATABASE_URL": self.url,
        }
        self.run("django", "migrate", "--run-syncdb", "--verbosity=0", ONVIF_PRIVACY_TABLES="models")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        name, *arguments = SERVERS[kind]
        place = ["--bind", f"127.0.0.1:{self.port}"] if name == "gunicorn" else ["--port", str(self.port)]
        quiet = ["--log-level", "critical"]
        self.process = subprocess.Popen([sys.executable, "-m", name, *arguments, *place, *quiet], env=self.environment)
        self.answered = self.failed = self.asked = 0
        self.seconds: list[float] = []  # of each page of `visit`
        self._lock = threading.Lock()
        # a server that is slow to start answers when nobody waits any more: what asks for it must not be a visit
        self.until(lambda: self.get(Purpose="prefetch") == 200)

    def run(self, *arguments: str, **more: str) -> None:
        subprocess.run([sys.executable, "-m", *arguments], env=self.environment | more, check=True, timeout=60)

    def get(self, address: str = "/", **headers: str) -> int:
        """Ask for a page on a connection of its own; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", address, headers={"User-Agent": CHROME, "Connection": "close", **headers})
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        return response.status

    def visit(self, number: int) -> None:
        """Ask again and again; counts the pages that came back whole."""
        for _number in range(number):
            with self._lock:
                self.asked += 1
                address = f"/products/{self.asked}/" if self.apart else "/"
            started = time.monotonic()
            came = self.get(address) == 200
            with self._lock:
                self.answered += came
                self.failed += not came
                self.seconds.append(time.monotonic() - started)
            time.sleep(self.pause)

    @contextmanager
    def crowd(self) -> Iterator[None]:
        """Let eight visitors ask for pages for the length of the block."""
        over = threading.Event()

        def visit() -> None:
            while not over.is_set():
                self.visit(1)

        visitors = [threading.Thread(target=visit) for _visitor in range(8)]
        for visitor in visitors:
            visitor.start()
        try:
            yield
        finally:
            over.set()
            for visitor in visitors:
                visitor.join()

    def load(self, number: int) -> list[threading.Thread]:
        """Start eight visitors who ask for ``number`` pages each."""
        visitors = [threading.Thread(target=self.visit, args=(number,)) for _visitor in range(8)]
        for visitor in visitors:
            visitor.start()
        return visitors

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> float:
        """Stop the server; gives the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(60)
        return time.monotonic() - started

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite:///"):
            connection: Any = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        elif self.url.startswith("mysql://"):
            import MySQLdb

            place = urlsplit(self.url)
            connection = MySQLdb.connect(place.hostname, "root", port=place.port, database=place.path[1:])
        else:
            import psycopg

            connection = psycopg.connect(self.url.replace("postgres://", "postgresql://"))
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())
        finally:
            connection.close()

    def stored(self) -> int:
        return int(self.rows("SELECT coalesce(sum(visits), 0) FROM onvif_privacy_visits_pageday")[0][0])

    def books(self) -> list[tuple[int, int, int, Counter[str]]]:
        """Return what each process has accepted, stored, what waits, and what it dropped by reason."""
        rows = self.rows("SELECT accepted, stored, pending, dropped FROM onvif_privacy_visits_process")
        return [(*numbers, _reasons(dropped)) for *numbers, dropped in rows]

    def settled(self) -> int:
        """Visits that the books of all processes have stored, or dropped for a reason."""
        return sum(stored + dropped.total() for _accepted, stored, _pending, dropped in self.books())

    def dropped(self) -> Counter[str]:
        """Visits that the books of all processes have dropped, by reason."""
        return sum((dropped for *_numbers, dropped in self.books()), Counter())

    def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something holds; fails when the server ends before."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.05)


def _reasons(dropped: str | dict[str, int]) -> Counter[str]:
    """Read a column that SQLite gives as text."""
    return Counter(json.loads(dropped) if isinstance(dropped, str) else dropped)


def served(kind: str, folder: Path, url: str = "") -> Site:
    """Start a server; skips the test where its package is not installed."""
    name = SERVERS[kind][0]
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return Site(kind, folder, url)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, on Linux."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
