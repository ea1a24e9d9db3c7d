"""V6: real servers, stopped, reloaded and killed under load."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.visits.serving import SERVERS, Site, children, served

QUICK = ("sync-preload", "threads", "asgi")


@pytest.fixture(params=[pytest.param(kind, marks=() if kind in QUICK else pytest.mark.full) for kind in SERVERS])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    running = served(request.param, tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(10)


def test_stop_under_load_loses_no_accepted_visit_and_repeats_none(site: Site) -> None:
    visitors = site.load(60)
    time.sleep(0.6)
    site.stop()
    for visitor in visitors:
        visitor.join()

    books = site.books()
    assert 1 <= len(books) <= 2, "one recorder in each worker that answered, none in the master"
    assert [(pending, dropped) for _accepted, _stored, pending, dropped in books] == [(0, {})] * len(books)
    assert site.stored() == sum(accepted for accepted, *_rest in books)
    # a page can be accepted and its answer cut off by the stop, but no answered page may be missing
    assert site.answered <= site.stored() <= site.answered + 8


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not show what a process has open")
@pytest.mark.parametrize("reloads", [3, pytest.param(50, marks=pytest.mark.full)])
def test_reloads_leave_threads_and_files_of_the_master_flat(tmp_path: Path, reloads: int) -> None:
    site = served("threads-preload", tmp_path)
    master = Path(f"/proc/{site.process.pid}")

    def held() -> tuple[int, int]:
        return len(list((master / "task").iterdir())), len(list((master / "fd").iterdir()))

    def reload() -> None:
        before = set(children(site.process.pid))
        site.process.send_signal(signal.SIGHUP)
        site.until(lambda: len(now := set(children(site.process.pid))) == 2 and not now & before)
        site.visit(5)

    try:
        reload()
        threads, files = held()
        for _number in range(reloads):
            reload()
        site.until(lambda: abs(held()[0] - threads) <= 2 and abs(held()[1] - files) <= 2)
    finally:
        site.stop()
    assert (site.failed, site.stored()) == (0, site.answered), "none lost, none twice"


def test_worker_killed_outright_loses_one_flush_window_at_most(tmp_path: Path) -> None:
    site = served("threads", tmp_path)
    try:
        for visitor in site.load(25):
            visitor.join()
        time.sleep(3.5)  # everything until here is stored
        before, flushed = site.answered, site.stored()
        for visitor in site.load(5):
            visitor.join()
        for worker in children(site.process.pid):
            os.kill(worker, signal.SIGKILL)
        time.sleep(1)
        assert flushed == before
        assert site.answered - 40 <= site.stored() <= site.answered
        assert site.get() == 200  # the server starts new workers
    finally:
        site.stop()
    assert site.stored() <= site.answered
