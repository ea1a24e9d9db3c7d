"""Times of one call after the other: by the clock, and what our own process worked."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from tqdm import tqdm

Row = list[str]
Times = tuple[list[float], list[float]]


def percentile(values: list[float], part: float) -> float:
    """Return the value that so large a part of all lies below."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def once(call: Callable[[], object], found: Times) -> None:
    """Call, and add the seconds to those found before."""
    worked, started = time.process_time(), time.perf_counter()
    call()
    found[0].append(time.perf_counter() - started)
    found[1].append(time.process_time() - worked)


def timed(call: Callable[[], object], number: int, what: str) -> Times:
    """Call again and again; returns the seconds of each by the clock, and those that our own process worked."""
    found: Times = [], []
    for _ in tqdm(range(number), desc=what, disable=None):
        once(call, found)
    return found


def milliseconds(times: Times) -> str:
    """Write median and 99th percentile by the clock, and the median of our own work."""
    clock, own = times
    middle, late = statistics.median(clock) * 1000, percentile(clock, 0.99) * 1000
    return f"p50 {middle:.2f} ms, p99 {late:.2f} ms; CPU {statistics.median(own) * 1000:.2f} ms"
