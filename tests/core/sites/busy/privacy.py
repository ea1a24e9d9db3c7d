"""Jobs whose effects can be counted: each step adds one party."""

from __future__ import annotations

import os
import time

from onvif_privacy.core.jobs import Run, job
from onvif_privacy.core.models import Party
from tests.core.sites.busy import STEPS


@job("busy.count", every="1h", lease="2s")
def count(run: Run) -> None:
    """Add one party in each step, twenty-five in all."""
    while run.cursor.get("at", 0) < STEPS and not run.spent:
        with run.step():
            number = run.cursor.get("at", 0) + 1
            Party.objects.create(slug=f"step-{number}-{os.getpid()}-{time.monotonic_ns()}", name=f"step {number}")
            time.sleep(0.04)
            run.cursor["at"] = number
        print(f"step {number}", flush=True)


@job("busy.fail", every="1h")
def fail(run: Run) -> None:
    """Fail if asked to."""
    with run.step():
        if os.environ.get("BUSY_FAIL"):
            raise RuntimeError("asked to fail")


@job("busy.march", every="1s", lease="2s")
def march(run: Run) -> None:
    """Add one party in each step until the time is used."""
    while not run.spent:
        with run.step():
            number = run.cursor.get("at", 0) + 1
            Party.objects.create(slug=f"march-{number}-{os.getpid()}-{time.monotonic_ns()}", name=f"march {number}")
            time.sleep(0.02)
            run.cursor["at"] = number
