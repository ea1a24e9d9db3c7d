"""Writers and a sealer that is killed again and again: each entry is sealed once, late commits too (C15, C16)."""

from __future__ import annotations

import json
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from tests.core.counts import few_or_all
from tests.core.processes import ROOT, empty_database, environment, make_tables, told

SITE = "tests.core.sites.small"


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Make a database of its own on the engine of this run."""
    with empty_database(tmp_path) as url:
        make_tables(url, SITE)
        yield url


def start(url: str, module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start one process of the site."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(url, SITE),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def compete(url: str, *, writers: int, each: int, kills: int) -> dict[str, Any]:
    """Let writers append while the sealer is killed; returns how the ledger is, and every deadlock that was met."""
    chance = random.Random(15)
    writing = [start(url, "tests.core.sites.appending", str(each)) for _ in range(writers)]
    killed = 0
    while killed < kills or any(one.poll() is None for one in writing):
        sealer = start(url, "tests.core.sites.sealing_on")
        time.sleep(chance.uniform(0.4, 1.2))
        sealer.send_signal(signal.SIGKILL)
        sealer.communicate()
        killed += 1
    troubles = [trouble for one in writing for trouble in json.loads(one.communicate()[0])["troubles"]]
    state: dict[str, Any] = told(url, SITE, "tests.core.sites.ledger_state")
    deadlocks = [trouble for trouble in troubles if "deadlock" in trouble.lower()]
    return state | {"killed": killed, "deadlocks": deadlocks, "troubles": len(troubles)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("writers", "each", "kills"), [(2, 60, 2), pytest.param(8, 5000, 100, marks=pytest.mark.full)])
def test_each_entry_is_sealed_once_whoever_dies(site: str, writers: int, each: int, kills: int) -> None:
    found = compete(site, writers=writers, each=each, kills=kills)
    print(f"\n{found}")
    assert (found["entries"], found["sealed"], found["counted"]) == (writers * each,) * 3
    assert found["problems"] == []
    assert found["deadlocks"] == []
    assert found["killed"] >= kills


class Late:
    """A transaction in another thread that is told when to write and when to commit."""

    def __init__(self) -> None:
        self._orders: queue.Queue[threading.Event | None] = queue.Queue()
        self.written: queue.Queue[Entry | Exception] = queue.Queue()
        self.committed = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        try:
            while (go_on := self._orders.get()) is not None:
                with transaction.atomic():
                    self.written.put(ledger.record("party.changed", payload={"party": "late"}))
                    go_on.wait(30)
                self.committed.set()
        except Exception as error:  # the test must not wait for ever
            self.written.put(error)
            self.committed.set()
        finally:
            connection.close()

    def write(self) -> tuple[Entry, Callable[[], None]]:
        """Write without committing; returns the entry and what lets it commit."""
        go_on = threading.Event()
        self.committed.clear()
        self._orders.put(go_on)
        found = self.written.get(timeout=30)
        assert isinstance(found, Entry), found

        def commit() -> None:
            go_on.set()
            assert self.committed.wait(30)

        return found, commit

    def end(self) -> None:
        """Let the thread end."""
        self._orders.put(None)
        self._thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="postgresql or mariadb: SQLite has one writer at a time")
@pytest.mark.parametrize("times", few_or_all(10, 1000))
def test_an_entry_that_commits_after_a_seal_is_in_the_next_one(times: int) -> None:
    with transaction.atomic():  # makes the secret of entries about nobody, which two first writers would wait for
        ledger.record("party.changed", payload={})
    late = Late()
    skipped: list[str] = []
    try:
        for number in range(times):
            entry, commit = late.write()
            with transaction.atomic():
                ledger.record("party.changed", payload={"party": "early"})
            first = ledger.seal().seal
            assert first
            commit()
            assert Entry.objects.get(pk=entry.pk).seal_id is None
            second = ledger.seal()
            found = Entry.objects.get(pk=entry.pk)
            if found.seal is None or found.seal != second.seal:
                skipped.append(f"{number}: {first} {second} {found.seal_id}")
    finally:
        late.end()
    assert skipped == []
    assert Entry.objects.filter(seal__isnull=True).count() == 0
    assert list(ledger.problems()) == []
