"""Many machines, some of them killed and one asleep past its lease: each step takes effect once (C36)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.processes import ROOT, empty_database, environment, make_tables, told

SITE = "tests.core.sites.working"
LEASE_SECONDS = 2


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make a database of its own on the engine of this run."""
    with django_db_blocker.unblock(), empty_database(tmp_path_factory.mktemp("rivals")) as url:
        make_tables(url, SITE)
        yield url


def machine(url: str) -> subprocess.Popen[bytes]:
    """Start one machine whose cron runs the job again and again."""
    loop = f"while true; do '{sys.executable}' -m django privacy_run --job busy.march --seconds 4; done"
    return subprocess.Popen(
        ["bash", "-c", loop],
        cwd=ROOT,
        env=environment(url, SITE),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def send(machine: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to everything that a machine runs."""
    os.killpg(machine.pid, number)


def march(url: str, *, seconds: float, machines: int, kills: int, sleeps: int) -> dict[str, int]:
    """Let machines compete while some are killed and some sleep past their lease; returns the effects by step."""
    running = [machine(url) for _ in range(machines)]
    chance = random.Random(7)
    events = sorted([(chance.uniform(0.1, 0.9) * seconds, "kill") for _ in range(kills)])
    events += [(chance.uniform(0.1, 0.6) * seconds, "sleep") for _ in range(sleeps)]
    started = time.monotonic()
    try:
        for moment, what in sorted(events):
            time.sleep(max(0.0, started + moment - time.monotonic()))
            place = chance.randrange(machines)
            if what == "kill":
                send(running[place], signal.SIGKILL)
                running[place].wait()
                running[place] = machine(url)
            else:
                send(running[place], signal.SIGSTOP)
                time.sleep(LEASE_SECONDS + 1)
                send(running[place], signal.SIGCONT)
        time.sleep(max(0.0, started + seconds - time.monotonic()))
    finally:
        for one in running:
            send(one, signal.SIGKILL)
            one.wait()
    steps: dict[str, int] = told(url, SITE, "tests.core.sites.effects")["steps"]
    return {name: count for name, count in steps.items() if name.startswith("march ")}


def each_once(steps: dict[str, int], least: int) -> None:
    """No step is missing, none took effect twice, and somebody got on with the work."""
    assert len(steps) >= least
    assert steps == {f"march {number}": 1 for number in range(1, len(steps) + 1)}


def test_killed_and_sleeping_machines_leave_each_step_with_one_effect(site: str) -> None:
    each_once(march(site, seconds=10, machines=3, kills=2, sleeps=1), least=10)


@pytest.mark.full
def test_eight_machines_for_ten_minutes_and_fifty_kills(site: str) -> None:
    steps = march(site, seconds=600, machines=8, kills=50, sleeps=5)
    print(f"\n{len(steps)} steps, each once")
    each_once(steps, least=500)
